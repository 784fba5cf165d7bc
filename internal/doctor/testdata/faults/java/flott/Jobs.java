package flott;
import org.apache.flink.api.common.eventtime.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.api.connector.sink2.*;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.api.java.tuple.*;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.runtime.state.*;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.async.*;
import org.apache.flink.streaming.api.functions.sink.PrintSink;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.source.legacy.*;
import org.apache.flink.streaming.api.windowing.assigners.*;
import org.apache.flink.streaming.api.windowing.evictors.TimeEvictor;
import org.apache.flink.streaming.api.windowing.triggers.DeltaTrigger;
import org.apache.flink.util.Collector;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;

/** Jobs of the DataStream API: main NAME key=value... */
public class Jobs {
  static final TypeInformation<Tuple3<Integer, Long, Long>> EVENT = Types.TUPLE(Types.INT, Types.LONG, Types.LONG);
  static Map<String, String> options = new HashMap<>();
  static long number(String key, long otherwise) { return Long.parseLong(options.getOrDefault(key, "" + otherwise)); }

  public static void main(String[] args) throws Exception {
    for (int i = 1; i < args.length; i++) { String[] kv = args[i].split("=", 2); options.put(kv[0], kv[1]); }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    switch (args[0]) {
      case "machine": events(env).keyBy(e -> e.f0).flatMap(new Machine(number("errors", 0))).name("Transitions").sinkTo(new PrintSink<>()); break;
      case "speed": speed(env); break;
      case "sessions": env.addSource(new Clicks()).keyBy(e -> e.f0).window(EventTimeSessionWindows.withGap(Duration.ofSeconds(3))).sum(2).sinkTo(new PrintSink<>()); break;
      case "words": env.fromData("to be or not to be", "that is the question", "whether tis nobler in the mind", "to suffer").flatMap(new Split()).keyBy(w -> w.f0).sum(1).sinkTo(new PrintSink<>()); break;
      case "skew": events(env).keyBy(e -> e.f0).process(new Work(number("micros", 500))).name("Enrich").sinkTo(new DiscardingSink<>()); break;
      case "pipe": pipe(env); break;
      case "growth": events(env).keyBy(e -> e.f0).process(new Remember()).name("Remember").sinkTo(new DiscardingSink<>()); break;
      case "snapshot": events(env).rebalance().map(new Snapshot(number("sync", 0), number("fail", 0) > 0)).name("Buffer").sinkTo(new DiscardingSink<>()); break;
      case "parse": parse(env); break;
      case "direct": events(env).map(new Direct()).name("Native").returns(EVENT).sinkTo(new DiscardingSink<>()); break;
      case "late": late(env); break;
      case "bigkey": events(env).keyBy(e -> e.f0).process(new Blob()).name("Blob").sinkTo(new DiscardingSink<>()); break;
      case "bursts": env.addSource(new Bursts((int) number("size", 4000))).name("Bursts").keyBy(e -> e.f0).process(new Work(number("micros", 20))).sinkTo(new DiscardingSink<>()); break;
      case "churn": events(env).keyBy(e -> e.f0).process(new Churn((int) number("mb", 200))).name("Cache").sinkTo(new DiscardingSink<>()); break;
      case "async": AsyncDataStream.orderedWait(events(env).rebalance(), new Remote(number("ms", 50)), 60, TimeUnit.SECONDS, (int) number("capacity", 2)).name("Customer").returns(EVENT).keyBy(e -> e.f0).process(new Work(0)).sinkTo(new DiscardingSink<>()); break;
      case "lock": events(env).rebalance().map(new Locked(number("ms", 4))).name("Customer client").returns(EVENT).sinkTo(new DiscardingSink<>()); break;
      case "past": past(env); break;
      case "silent": silent(env); break;
      case "stuck": stuck(env); break;
      default: throw new IllegalArgumentException(args[0]);
    }
    env.execute();
  }

  /** Events of keys, a share of them of one key; the third field is the time. */
  static SingleOutputStreamOperator<Tuple3<Integer, Long, Long>> events(StreamExecutionEnvironment env) {
    int keys = (int) number("keys", 1000), hot = (int) number("hot", 0), hotKey = (int) number("hotkey", 11);
    return env.fromSource(new DataGeneratorSource<>(n -> Tuple3.of((int) (mix(n) % 100) < hot ? hotKey : (int) (mix(n * 31 + 7) % keys), n, System.currentTimeMillis()),
        Long.MAX_VALUE, RateLimiterStrategy.perSecond(number("rate", 1000)), EVENT), WatermarkStrategy.noWatermarks(), "Events");
  }
  static long mix(long n) { n = (n ^ (n >>> 30)) * 0xbf58476d1ce4e5b9L; n = (n ^ (n >>> 27)) * 0x94d049bb133111ebL; return (n ^ (n >>> 31)) & Long.MAX_VALUE; }

  static void speed(StreamExecutionEnvironment env) {
    events(env).assignTimestampsAndWatermarks(WatermarkStrategy.<Tuple3<Integer, Long, Long>>forMonotonousTimestamps().withTimestampAssigner((e, t) -> e.f2))
        .keyBy(e -> e.f0).window(GlobalWindows.create()).evictor(TimeEvictor.of(Duration.ofSeconds(10)))
        .trigger(DeltaTrigger.of(50, (a, b) -> b.f1 - a.f1, EVENT.createSerializer(env.getConfig().getSerializerConfig()))).maxBy(1).sinkTo(new PrintSink<>());
  }

  static void pipe(StreamExecutionEnvironment env) {
    int p = (int) number("mapp", env.getParallelism()), sinkp = (int) number("sinkp", env.getParallelism());
    events(env).rebalance().map(new Busy(number("mapmicros", 0), number("mapsleep", 0))).setParallelism(p).name("Parse").returns(EVENT)
        .keyBy(e -> e.f0).process(new Work(0)).name("Count").rebalance().sinkTo(new Slow((int) number("sinksleep", 0), (int) number("flush", 0))).setParallelism(sinkp).name("Archive");
  }

  static void parse(StreamExecutionEnvironment env) {
    long at = number("at", 1);
    events(env).map(e -> e.f1 < at ? "" + e.f1 : "n/a").returns(Types.STRING).rebalance().map(s -> Integer.parseInt(s)).returns(Types.INT).name("Amount").sinkTo(new DiscardingSink<>());
  }

  static void late(StreamExecutionEnvironment env) {
    long share = number("late", 40);
    events(env).map(e -> mix(e.f1 * 17) % 100 < share ? Tuple3.of(e.f0, e.f1, e.f2 - 3_600_000) : e).returns(EVENT)
        .assignTimestampsAndWatermarks(WatermarkStrategy.<Tuple3<Integer, Long, Long>>forMonotonousTimestamps().withTimestampAssigner((e, t) -> e.f2))
        .keyBy(e -> e.f0).window(TumblingEventTimeWindows.of(Duration.ofSeconds(5))).sum(1).sinkTo(new DiscardingSink<>());
  }

  static void silent(StreamExecutionEnvironment env) {
    WatermarkStrategy<Tuple3<Integer, Long, Long>> times = WatermarkStrategy.<Tuple3<Integer, Long, Long>>forBoundedOutOfOrderness(Duration.ofSeconds(2)).withTimestampAssigner((e, t) -> e.f2);
    SingleOutputStreamOperator<Tuple3<Integer, Long, Long>> quiet = env.addSource(new Quiet()).name("Quiet").returns(EVENT).assignTimestampsAndWatermarks(times);
    events(env).assignTimestampsAndWatermarks(times).union(quiet).keyBy(e -> e.f0).window(SlidingEventTimeWindows.of(Duration.ofSeconds(6), Duration.ofSeconds(3))).sum(1).sinkTo(new DiscardingSink<>());
  }

  /** Events of months ago, read in order. */
  static void past(StreamExecutionEnvironment env) {
    events(env).assignTimestampsAndWatermarks(WatermarkStrategy.<Tuple3<Integer, Long, Long>>forBoundedOutOfOrderness(Duration.ofSeconds(1)).withTimestampAssigner((e, t) -> 1_700_000_000_000L + e.f1 * 20))
        .keyBy(e -> e.f0).window(TumblingEventTimeWindows.of(Duration.ofSeconds(10))).sum(1).sinkTo(new DiscardingSink<>());
  }

  /** Timestamps that stand still. */
  static void stuck(StreamExecutionEnvironment env) {
    events(env).assignTimestampsAndWatermarks(WatermarkStrategy.<Tuple3<Integer, Long, Long>>forBoundedOutOfOrderness(Duration.ofSeconds(5)).withTimestampAssigner((e, t) -> 1_700_000_000_000L))
        .keyBy(e -> e.f0).window(TumblingEventTimeWindows.of(Duration.ofSeconds(5))).sum(1).sinkTo(new DiscardingSink<>());
  }

  static class Machine extends RichFlatMapFunction<Tuple3<Integer, Long, Long>, String> {
    final long errors; transient ValueState<Integer> state;
    Machine(long errors) { this.errors = errors; }
    public void open(org.apache.flink.api.common.functions.OpenContext c) { state = getRuntimeContext().getState(new ValueStateDescriptor<>("state", Types.INT)); }
    public void flatMap(Tuple3<Integer, Long, Long> e, Collector<String> out) throws Exception {
      Integer s = state.value();
      if (mix(e.f1 * 3) % 100 < errors) { out.collect("ALERT: " + e.f0 + " in state " + s); state.clear(); }
      else if (s != null && s > 4) state.clear(); else state.update(s == null ? 1 : s + 1);
    }
  }
  static class Split implements FlatMapFunction<String, Tuple2<String, Integer>> {
    public void flatMap(String line, Collector<Tuple2<String, Integer>> out) { for (String w : line.split(" ")) out.collect(Tuple2.of(w, 1)); }
  }
  static class Work extends KeyedProcessFunction<Integer, Tuple3<Integer, Long, Long>, Tuple2<Integer, Long>> {
    final long micros; transient ValueState<Long> count;
    Work(long micros) { this.micros = micros; }
    public void open(OpenContext c) { count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG)); }
    public void processElement(Tuple3<Integer, Long, Long> e, Context c, Collector<Tuple2<Integer, Long>> out) throws Exception {
      spin(micros); Long n = count.value(); count.update(n == null ? 1 : n + 1); out.collect(Tuple2.of(e.f0, n == null ? 1L : n + 1));
    }
  }
  static void spin(long micros) { long end = System.nanoTime() + micros * 1000, x = 1; while (micros > 0 && System.nanoTime() < end) x = x * 31 + 7; }
  static class Busy implements MapFunction<Tuple3<Integer, Long, Long>, Tuple3<Integer, Long, Long>> {
    final long micros, sleep;
    Busy(long micros, long sleep) { this.micros = micros; this.sleep = sleep; }
    public Tuple3<Integer, Long, Long> map(Tuple3<Integer, Long, Long> e) throws Exception { spin(micros); if (sleep > 0) Thread.sleep(sleep); return e; }
  }
  /** A client that all subtasks share, one at a time. */
  static class Locked implements MapFunction<Tuple3<Integer, Long, Long>, Tuple3<Integer, Long, Long>> {
    static final Object client = new Object();
    final long ms;
    Locked(long ms) { this.ms = ms; }
    public Tuple3<Integer, Long, Long> map(Tuple3<Integer, Long, Long> e) throws Exception { synchronized (client) { Thread.sleep(ms); } return e; }
  }
  static class Remember extends KeyedProcessFunction<Integer, Tuple3<Integer, Long, Long>, Integer> {
    transient ListState<Tuple3<Integer, Long, Long>> all;
    public void open(OpenContext c) { all = getRuntimeContext().getListState(new ListStateDescriptor<>("all", EVENT)); }
    public void processElement(Tuple3<Integer, Long, Long> e, Context c, Collector<Integer> out) throws Exception { all.add(e); }
  }
  static class Blob extends KeyedProcessFunction<Integer, Tuple3<Integer, Long, Long>, Integer> {
    transient MapState<Long, byte[]> parts;
    public void open(OpenContext c) { parts = getRuntimeContext().getMapState(new MapStateDescriptor<>("parts", Types.LONG, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)); }
    public void processElement(Tuple3<Integer, Long, Long> e, Context c, Collector<Integer> out) throws Exception { if (e.f0 == 11) { byte[] b = new byte[60000]; new Random(e.f1).nextBytes(b); parts.put(e.f1 % 400, b); } else parts.put(0L, new byte[10]); }
  }
  static class Churn extends KeyedProcessFunction<Integer, Tuple3<Integer, Long, Long>, Integer> {
    static final List<Object> cache = Collections.synchronizedList(new ArrayList<>());
    final int mb;
    Churn(int mb) { this.mb = mb; }
    public void processElement(Tuple3<Integer, Long, Long> e, Context c, Collector<Integer> out) {
      while (cache.size() < mb * 16) { List<Object> l = new ArrayList<>(); for (int i = 0; i < 1000; i++) l.add(new long[6]); cache.add(l); }
      List<Object> l = new ArrayList<>(); for (int i = 0; i < 1000; i++) l.add(new long[6]); cache.set((int) (mix(e.f1) % cache.size()), l);
      out.collect(l.size());
    }
  }
  static class Snapshot implements MapFunction<Tuple3<Integer, Long, Long>, Integer>, CheckpointedFunction {
    final long sync; final boolean fail;
    Snapshot(long sync, boolean fail) { this.sync = sync; this.fail = fail; }
    public Integer map(Tuple3<Integer, Long, Long> e) { return e.f0; }
    public void snapshotState(FunctionSnapshotContext c) throws Exception { Thread.sleep(sync); if (fail) throw new java.io.IOException("buffer is not writable"); }
    public void initializeState(FunctionInitializationContext c) {}
  }
  static class Direct implements MapFunction<Tuple3<Integer, Long, Long>, Tuple3<Integer, Long, Long>> {
    static final List<ByteBuffer> held = new ArrayList<>();
    public Tuple3<Integer, Long, Long> map(Tuple3<Integer, Long, Long> e) { if (e.f1 % 10 == 0) synchronized (held) { held.add(ByteBuffer.allocateDirect(8 << 20)); } return e; }
  }
  static class Remote extends RichAsyncFunction<Tuple3<Integer, Long, Long>, Tuple3<Integer, Long, Long>> {
    final long ms; transient ScheduledExecutorService timer;
    Remote(long ms) { this.ms = ms; }
    public void open(OpenContext c) { timer = Executors.newSingleThreadScheduledExecutor(); }
    public void close() { if (timer != null) timer.shutdownNow(); }
    public void asyncInvoke(Tuple3<Integer, Long, Long> e, ResultFuture<Tuple3<Integer, Long, Long>> f) { timer.schedule(() -> f.complete(List.of(e)), ms, TimeUnit.MILLISECONDS); }
  }
  static class Bursts extends RichParallelSourceFunction<Tuple3<Integer, Long, Long>> {
    final int size; volatile boolean on = true;
    Bursts(int size) { this.size = size; }
    public void run(SourceContext<Tuple3<Integer, Long, Long>> c) throws Exception {
      for (long n = 0; on; Thread.sleep(4000)) for (int i = 0; i < size && on; i++, n++) synchronized (c.getCheckpointLock()) { c.collect(Tuple3.of((int) (mix(n) % 500), n, System.currentTimeMillis())); }
    }
    public void cancel() { on = false; }
  }
  static class Quiet implements SourceFunction<Tuple3<Integer, Long, Long>> {
    volatile boolean on = true;
    public void run(SourceContext<Tuple3<Integer, Long, Long>> c) throws Exception { while (on) Thread.sleep(100); }
    public void cancel() { on = false; }
  }
  static class Clicks implements SourceFunction<Tuple3<Integer, Long, Long>> {
    public void run(SourceContext<Tuple3<Integer, Long, Long>> c) {
      for (long t = 0; t < 20000; t += 700) { c.collectWithTimestamp(Tuple3.of((int) (t % 3), t, 1L), t); c.emitWatermark(new org.apache.flink.streaming.api.watermark.Watermark(t - 1)); }
    }
    public void cancel() {}
  }
  static class Slow implements Sink<Tuple2<Integer, Long>> {
    final int sleep, flush;
    Slow(int sleep, int flush) { this.sleep = sleep; this.flush = flush; }
    public SinkWriter<Tuple2<Integer, Long>> createWriter(WriterInitContext c) {
      return new SinkWriter<>() {
        public void write(Tuple2<Integer, Long> r, Context c) throws InterruptedException { if (sleep > 0) Thread.sleep(sleep); }
        public void flush(boolean end) throws InterruptedException { if (flush > 0) Thread.sleep(flush); }
        public void close() {}
      };
    }
  }
}
