package flott;
import org.apache.flink.table.functions.ScalarFunction;
import java.util.*;
/** Keeps most of the heap and makes garbage; with oom it takes all. */
public class Hog extends ScalarFunction {
  static final List<Object> held = new ArrayList<>();
  static int n;
  public long eval(Long v, Boolean oom) {
    Runtime r = Runtime.getRuntime();
    synchronized (held) {
      if (oom) { held.add(new byte[4 << 20]); return 1; }
      while (r.maxMemory() - (r.totalMemory() - r.freeMemory()) > r.maxMemory() / 7 && held.size() < 2000000) { List<Object> l = new ArrayList<>(); for (int i = 0; i < 1000; i++) l.add(new long[20]); held.add(l); }
    }
    long s = 0; for (int i = 0; i < 400; i++) { byte[] b = new byte[2000]; b[i] = 1; s += b[i]; }
    return s + v;
  }
}
