package flott;
import org.apache.flink.table.functions.ScalarFunction;
/** Burns `micros` of CPU (negative: allocates garbage; fails on the row `failAt`). */
public class Spin extends ScalarFunction {
  public long eval(Long v, Integer micros) {
    long end = System.nanoTime() + micros * 1000L; long x = v == null ? 0 : v;
    while (System.nanoTime() < end) x = x * 31 + 7;
    return x;
  }
}
