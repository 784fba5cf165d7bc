package flott;
import org.apache.flink.configuration.*;
import org.apache.flink.table.connector.source.*;
import org.apache.flink.table.connector.source.lookup.*;
import org.apache.flink.table.data.*;
import org.apache.flink.table.factories.*;
import org.apache.flink.table.functions.*;
import java.util.*;

/** A lookup table that takes `delay-ms` per lookup. */
public class FaultLookup implements DynamicTableSourceFactory {
  static final ConfigOption<Integer> DELAY = ConfigOptions.key("delay-ms").intType().defaultValue(5);
  public String factoryIdentifier() { return "slowdim"; }
  public Set<ConfigOption<?>> requiredOptions() { return Set.of(); }
  public Set<ConfigOption<?>> optionalOptions() { return Set.of(DELAY); }
  public DynamicTableSource createDynamicTableSource(Context c) {
    FactoryUtil.TableFactoryHelper h = FactoryUtil.createTableFactoryHelper(this, c); h.validate();
    return new Table(h.getOptions().get(DELAY));
  }
  static class Table implements LookupTableSource {
    final int delay;
    Table(int delay) { this.delay = delay; }
    public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext c) { return LookupFunctionProvider.of(new Dim(delay)); }
    public DynamicTableSource copy() { return new Table(delay); }
    public String asSummaryString() { return "slowdim"; }
  }
  public static class Dim extends LookupFunction {
    final int delay;
    public Dim(int delay) { this.delay = delay; }
    public Collection<RowData> lookup(RowData key) {
      try { Thread.sleep(delay); } catch (InterruptedException e) { Thread.currentThread().interrupt(); }
      return List.of(GenericRowData.of(key.getLong(0), StringData.fromString("n" + key.getLong(0))));
    }
  }
}
