package org.flottstream.nexmark;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;

/** Gives split i to reader i, and what is left to whoever asks. */
final class SplitDealer implements SplitEnumerator<EventSplit, List<EventSplit>> {
    private final SplitEnumeratorContext<EventSplit> context;
    private final List<EventSplit> splits;

    SplitDealer(SplitEnumeratorContext<EventSplit> context, List<EventSplit> splits) {
        this.context = context;
        this.splits = new ArrayList<>(splits);
    }

    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, String host) {
        if (!context.registeredReaders().containsKey(subtask)) {
            return; // it failed after asking
        }
        EventSplit given = null;
        for (EventSplit split : splits) {
            if (split.index == subtask || given == null && split.index >= context.currentParallelism()) {
                given = split;
            }
        }
        if (given == null) {
            context.signalNoMoreSplits(subtask);
        } else {
            splits.remove(given);
            context.assignSplit(given, subtask);
        }
    }

    @Override
    public void addSplitsBack(List<EventSplit> list, int subtask) {
        splits.addAll(list);
    }

    @Override
    public void addReader(int subtask) {}

    @Override
    public List<EventSplit> snapshotState(long checkpointId) {
        return new ArrayList<>(splits);
    }

    @Override
    public void close() {}
}
