package flott;
import org.apache.flink.table.functions.ScalarFunction;
public class Fail extends ScalarFunction {
  public long eval(Long v, Long at) { if (v != null && v >= at) throw new IllegalStateException("order " + v + " has no customer"); return v == null ? 0 : v; }
}
