package org.flottstream.nexmark;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.table.data.RowData;

/** Emits the events of its splits, one split after the other. */
final class EventReader implements SourceReader<RowData, EventSplit> {
    private final SourceReaderContext context;
    private final Settings settings;
    private final Deque<EventSplit> splits = new ArrayDeque<>();
    private Generator generator;
    private boolean noMoreSplits;
    private CompletableFuture<Void> available = new CompletableFuture<>();

    EventReader(SourceReaderContext context, Settings settings) {
        this.context = context;
        this.settings = settings;
    }

    @Override
    public void start() {
        if (splits.isEmpty()) {
            context.sendSplitRequest();
        }
    }

    @Override
    public InputStatus pollNext(ReaderOutput<RowData> output) {
        EventSplit split = splits.peek();
        if (split == null) {
            if (noMoreSplits && !settings.keepAlive) {
                return InputStatus.END_OF_INPUT;
            }
            available = new CompletableFuture<>();
            return InputStatus.NOTHING_AVAILABLE;
        }
        if (split.emitted >= split.count) {
            splits.remove();
            generator = null;
            context.sendSplitRequest();
            return InputStatus.MORE_AVAILABLE;
        }
        if (generator == null) {
            generator = new Generator(settings, split);
        }
        if (settings.paced && !isDue(split)) {
            return InputStatus.NOTHING_AVAILABLE;
        }
        output.collect(generator.event(split.emitted++));
        return InputStatus.MORE_AVAILABLE;
    }

    private boolean isDue(EventSplit split) {
        long now = System.currentTimeMillis();
        if (split.started < 0) {
            split.started = now;
        }
        long wait = split.started + generator.time(split.emitted) - settings.baseTime - now;
        if (wait <= 0) {
            return true;
        }
        CompletableFuture<Void> due = new CompletableFuture<>();
        CompletableFuture.delayedExecutor(wait, TimeUnit.MILLISECONDS).execute(() -> due.complete(null));
        available = due;
        return false;
    }

    @Override
    public List<EventSplit> snapshotState(long checkpointId) {
        return new ArrayList<>(splits);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return splits.isEmpty() || settings.paced ? available : CompletableFuture.completedFuture(null);
    }

    @Override
    public void addSplits(List<EventSplit> list) {
        splits.addAll(list);
        available.complete(null);
    }

    @Override
    public void notifyNoMoreSplits() {
        noMoreSplits = true;
        available.complete(null);
    }

    @Override
    public void close() {}
}
