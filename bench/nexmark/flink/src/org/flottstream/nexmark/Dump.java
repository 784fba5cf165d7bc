package org.flottstream.nexmark;

import java.io.PrintStream;
import java.io.BufferedOutputStream;
import java.security.MessageDigest;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.TimestampData;

/**
 * Prints for each split the SHA-256 of its first events as text, to be compared with flott's generator.
 *
 * <pre>Dump SPLITS EVENTS [--rows] [key=value]...</pre>
 *
 * Keys are the fields of Settings. EVENTS is the number of events printed of each split. A line is the event type and
 * the fields of its row, joined by "|", times in milliseconds.
 */
public final class Dump {
    private Dump() {}

    public static void main(String[] args) throws Exception {
        int splits = Integer.parseInt(args[0]);
        long events = Long.parseLong(args[1]);
        Settings settings = new Settings();
        boolean rows = false;
        for (int i = 2; i < args.length; i++) {
            if (args[i].equals("--rows")) {
                rows = true;
                continue;
            }
            String[] pair = args[i].split("=", 2);
            var field = Settings.class.getDeclaredField(pair[0]);
            if (field.getType() == long.class) {
                field.setLong(settings, Long.parseLong(pair[1]));
            } else {
                field.setInt(settings, Integer.parseInt(pair[1]));
            }
        }
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out));
        for (EventSplit split : settings.splits(splits)) {
            Generator generator = new Generator(settings, split);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (long i = 0; i < Math.min(events, split.count); i++) {
                String line = line(generator.event(i)) + "\n";
                digest.update(line.getBytes("ISO-8859-1"));
                if (rows) {
                    out.print(line);
                }
            }
            StringBuilder hex = new StringBuilder();
            for (byte b : digest.digest()) {
                hex.append(String.format("%02x", b));
            }
            out.println(split.firstId + " " + split.count + " " + hex);
        }
        out.flush();
    }

    private static String line(GenericRowData event) {
        int type = event.getInt(0);
        GenericRowData row = (GenericRowData) event.getField(type + 1);
        StringBuilder line = new StringBuilder().append(type);
        for (int i = 0; i < row.getArity(); i++) {
            Object value = row.getField(i);
            line.append('|');
            if (value instanceof TimestampData) {
                line.append(((TimestampData) value).getMillisecond());
            } else {
                line.append(value);
            }
        }
        return line.toString();
    }
}
