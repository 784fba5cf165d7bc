package org.flottstream.nexmark;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.apache.flink.table.data.StringData;

/** Random text. What the public generator draws once per process has the seeds 0 and 1; event ids begin at 2. */
final class Texts {
    private static final int EXTRA_SIZE = 1 << 20;
    private static final int CHANNELS = 10_000;

    static final String[] FIRST_NAMES = {
        "Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"
    };
    static final String[] LAST_NAMES = {
        "Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"
    };
    static final String[] CITIES = {
        "Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne"
    };
    static final String[] STATES = {"AZ", "CA", "ID", "OR", "WA", "WY"};

    private static final byte[] EXTRA = letters(new SplittableRandom(0), EXTRA_SIZE);

    /** Four hot channels, then the others. */
    static final StringData[] CHANNEL_NAMES = new StringData[4 + CHANNELS];

    static final StringData[] CHANNEL_URLS = new StringData[4 + CHANNELS];

    static {
        SplittableRandom random = new SplittableRandom(1);
        String[] hot = {"Google", "Facebook", "Baidu", "Apple"};
        for (int i = 0; i < hot.length; i++) {
            CHANNEL_NAMES[i] = StringData.fromString(hot[i]);
            CHANNEL_URLS[i] = StringData.fromString(url(random));
        }
        for (int i = 0; i < CHANNELS; i++) {
            String url = url(random);
            if (random.nextInt(10) > 0) {
                url += "&channel_id=" + Math.abs(Integer.reverse(i));
            }
            CHANNEL_NAMES[4 + i] = StringData.fromString("channel-" + i);
            CHANNEL_URLS[4 + i] = StringData.fromString(url);
        }
    }

    private Texts() {}

    private static String url(SplittableRandom random) {
        StringBuilder url = new StringBuilder("https://www.nexmark.com/");
        for (int i = 0; i < 3; i++) {
            url.append(word(random, 5, '_')).append('/');
        }
        return url.append("item.htm?query=1").toString();
    }

    /** A word of 3 to most - 1 characters, one in thirteen of them special, without blanks at its ends. */
    static String word(SplittableRandom random, int most, char special) {
        char[] chars = new char[3 + random.nextInt(most - 3)];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = random.nextInt(13) == 0 ? special : (char) ('a' + random.nextInt(26));
        }
        return new String(chars).trim();
    }

    /** Six letters from each draw; negative draws give characters below 'a'. */
    private static byte[] letters(SplittableRandom random, int n) {
        byte[] text = new byte[n];
        int rest = 0;
        for (int i = 0; i < n; i++) {
            if (i % 6 == 0) {
                rest = random.nextInt();
            }
            text[i] = (byte) ('a' + rest % 26);
            rest /= 26;
        }
        return text;
    }

    /** Text that brings a row to its average size, give or take a fifth. */
    static StringData extra(SplittableRandom random, int rowSize, int averageSize) {
        if (rowSize > averageSize) {
            return StringData.fromString("");
        }
        int average = averageSize - rowSize;
        int delta = (int) Math.round(average * 0.2);
        int size = average - delta + (delta == 0 ? 0 : random.nextInt(2 * delta));
        if (size >= EXTRA_SIZE / 2) {
            return StringData.fromBytes(letters(random, size));
        }
        return StringData.fromBytes(EXTRA, random.nextInt(EXTRA_SIZE - size), size);
    }

    static StringData data(String ascii) {
        return StringData.fromBytes(ascii.getBytes(StandardCharsets.ISO_8859_1));
    }
}
