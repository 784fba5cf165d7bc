package org.flottstream.nexmark;

import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.table.data.RowData;

/** The event sequence as a source: one split for each reader. */
final class EventSource implements Source<RowData, EventSplit, List<EventSplit>>, ResultTypeQueryable<RowData> {
    private static final long serialVersionUID = 1;

    private final Settings settings;
    private final TypeInformation<RowData> type;

    EventSource(Settings settings, TypeInformation<RowData> type) {
        this.settings = settings;
        this.type = type;
    }

    @Override
    public Boundedness getBoundedness() {
        return settings.bounded() ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SplitEnumerator<EventSplit, List<EventSplit>> createEnumerator(SplitEnumeratorContext<EventSplit> context) {
        return new SplitDealer(context, Arrays.asList(settings.splits(context.currentParallelism())));
    }

    @Override
    public SplitEnumerator<EventSplit, List<EventSplit>> restoreEnumerator(
            SplitEnumeratorContext<EventSplit> context, List<EventSplit> splits) {
        return new SplitDealer(context, splits);
    }

    @Override
    public SimpleVersionedSerializer<EventSplit> getSplitSerializer() {
        return new EventSplit.Serializer();
    }

    @Override
    public SimpleVersionedSerializer<List<EventSplit>> getEnumeratorCheckpointSerializer() {
        return new EventSplit.ListSerializer();
    }

    @Override
    public SourceReader<RowData, EventSplit> createReader(SourceReaderContext context) {
        return new EventReader(context, settings);
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return type;
    }
}
