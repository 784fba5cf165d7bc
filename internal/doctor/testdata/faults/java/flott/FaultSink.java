package flott;
import org.apache.flink.api.connector.sink2.*;
import org.apache.flink.configuration.*;
import org.apache.flink.table.connector.*;
import org.apache.flink.table.connector.sink.*;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.*;
import java.util.*;

/** A sink that takes `delay` milliseconds per row. */
public class FaultSink implements DynamicTableSinkFactory {
  static final ConfigOption<Integer> DELAY = ConfigOptions.key("delay-ms").intType().defaultValue(5);
  static final ConfigOption<Integer> FLUSH = ConfigOptions.key("flush-ms").intType().defaultValue(0);
  static final ConfigOption<Integer> PARALLELISM = ConfigOptions.key("sink.parallelism").intType().noDefaultValue();
  public String factoryIdentifier() { return "slow"; }
  public Set<ConfigOption<?>> requiredOptions() { return Set.of(); }
  public Set<ConfigOption<?>> optionalOptions() { return Set.of(DELAY, FLUSH, PARALLELISM); }
  public DynamicTableSink createDynamicTableSink(Context c) {
    FactoryUtil.TableFactoryHelper h = FactoryUtil.createTableFactoryHelper(this, c); h.validate();
    return new Table(h.getOptions().get(DELAY), h.getOptions().get(FLUSH), h.getOptions().getOptional(PARALLELISM).orElse(null));
  }
  static class Table implements DynamicTableSink {
    final int delay, flush; final Integer p;
    Table(int delay, int flush, Integer p) { this.delay = delay; this.flush = flush; this.p = p; }
    public org.apache.flink.table.connector.ChangelogMode getChangelogMode(org.apache.flink.table.connector.ChangelogMode m) { return m; }
    public SinkRuntimeProvider getSinkRuntimeProvider(Context c) { return p == null ? SinkV2Provider.of(new SlowSink(delay, flush)) : SinkV2Provider.of(new SlowSink(delay, flush), p); }
    public DynamicTableSink copy() { return new Table(delay, flush, p); }
    public String asSummaryString() { return "slow"; }
  }
  static class SlowSink implements Sink<RowData> {
    final int delay, flush;
    SlowSink(int delay, int flush) { this.delay = delay; this.flush = flush; }
    public SinkWriter<RowData> createWriter(WriterInitContext c) { return new Writer(delay, flush); }
  }
  static class Writer implements SinkWriter<RowData> {
    final int delay, flush;
    Writer(int delay, int flush) { this.delay = delay; this.flush = flush; }
    public void write(RowData r, Context c) throws InterruptedException { if (delay > 0) Thread.sleep(delay); }
    public void flush(boolean end) throws InterruptedException { if (flush > 0) Thread.sleep(flush); }
    public void close() {}
  }
}
