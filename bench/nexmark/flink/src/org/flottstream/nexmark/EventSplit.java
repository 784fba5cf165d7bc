package org.flottstream.nexmark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Event ids firstId + 1 … firstId + count, and how many of them were emitted. */
final class EventSplit implements SourceSplit {
    final int index;
    final long firstId;
    final long count;
    long emitted;

    /** Wall clock of the first emission in milliseconds, for pacing; -1: none yet. */
    long started;

    EventSplit(int index, long firstId, long count, long emitted, long started) {
        this.index = index;
        this.firstId = firstId;
        this.count = count;
        this.emitted = emitted;
        this.started = started;
    }

    @Override
    public String splitId() {
        return Integer.toString(index);
    }

    private void write(DataOutputStream out) throws IOException {
        out.writeInt(index);
        out.writeLong(firstId);
        out.writeLong(count);
        out.writeLong(emitted);
        out.writeLong(started);
    }

    private static EventSplit read(DataInputStream in) throws IOException {
        return new EventSplit(in.readInt(), in.readLong(), in.readLong(), in.readLong(), in.readLong());
    }

    static final class Serializer implements SimpleVersionedSerializer<EventSplit> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(EventSplit split) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            split.write(new DataOutputStream(bytes));
            return bytes.toByteArray();
        }

        @Override
        public EventSplit deserialize(int version, byte[] bytes) throws IOException {
            return read(new DataInputStream(new ByteArrayInputStream(bytes)));
        }
    }

    static final class ListSerializer implements SimpleVersionedSerializer<List<EventSplit>> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(List<EventSplit> splits) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(splits.size());
            for (EventSplit split : splits) {
                split.write(out);
            }
            return bytes.toByteArray();
        }

        @Override
        public List<EventSplit> deserialize(int version, byte[] bytes) throws IOException {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
            List<EventSplit> splits = new ArrayList<>();
            for (int n = in.readInt(); n > 0; n--) {
                splits.add(read(in));
            }
            return splits;
        }
    }
}
