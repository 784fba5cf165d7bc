package org.flottstream.nexmark;

import java.util.SplittableRandom;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.TimestampData;

/**
 * Makes the events of one split, each from a random sequence seeded with the event's id. It is the twin of flott's
 * generator (internal/connector/nexmark): both make the same rows, bit by bit.
 */
final class Generator {
    static final int PERSON = 0;
    static final int AUCTION = 1;
    static final int BID = 2;

    private static final long FIRST_ID = 1000;
    private static final int HOT_GROUP = 100;
    private static final int IN_FLIGHT = 100;
    private static final int ACTIVE_PEOPLE = 1000;
    private static final int ID_LEAD = 10;

    private final Settings settings;
    private final long firstId;
    private final int total;
    private final int persons;
    private final int auctions;

    Generator(Settings settings, EventSplit split) {
        this.settings = settings;
        this.firstId = split.firstId;
        this.total = settings.total();
        this.persons = settings.personProportion;
        this.auctions = settings.auctionProportion;
    }

    /** Event time of the event at a position; position 0 is the split's first event. */
    long time(long position) {
        return settings.time(position + 1);
    }

    /** The row (event_type, person, auction, bid) at a position. */
    GenericRowData event(long position) {
        long number = position + 1;
        long id = firstId + number;
        SplittableRandom random = new SplittableRandom(id);
        int rem = (int) (id % total);
        GenericRowData row = new GenericRowData(4);
        int type = rem < persons ? PERSON : rem < persons + auctions ? AUCTION : BID;
        row.setField(0, type);
        switch (type) {
            case PERSON:
                row.setField(1, person(id, settings.time(number), random));
                break;
            case AUCTION:
                row.setField(2, auction(id, number, settings.time(number), random));
                break;
            default:
                row.setField(3, bid(id, settings.time(number), random));
        }
        return row;
    }

    private GenericRowData person(long id, long time, SplittableRandom random) {
        String name = pick(random, Texts.FIRST_NAMES) + " " + pick(random, Texts.LAST_NAMES);
        String email = Texts.word(random, 7, ' ') + "@" + Texts.word(random, 5, ' ') + ".com";
        char[] card = new char[19];
        for (int i = 0; i < 4; i++) {
            int n = random.nextInt(10_000);
            for (int digit = 3; digit >= 0; digit--, n /= 10) {
                card[5 * i + digit] = (char) ('0' + n % 10);
            }
            if (i < 3) {
                card[5 * i + 4] = ' ';
            }
        }
        String city = pick(random, Texts.CITIES);
        String state = pick(random, Texts.STATES);
        int size = 8 + name.length() + email.length() + card.length + city.length() + state.length();
        return GenericRowData.of(
                lastPerson(id) + FIRST_ID,
                Texts.data(name),
                Texts.data(email),
                Texts.data(new String(card)),
                Texts.data(city),
                Texts.data(state),
                TimestampData.fromEpochMillis(time),
                Texts.extra(random, size, settings.personSize));
    }

    private GenericRowData auction(long id, long number, long time, SplittableRandom random) {
        long seller =
                random.nextInt(settings.hotSellerRatio) > 0
                        ? lastPerson(id) / HOT_GROUP * HOT_GROUP
                        : somePerson(id, random);
        long category = 10L + random.nextInt(5);
        long initialBid = price(random);
        long ahead = (long) IN_FLIGHT * total / auctions;
        long horizon = settings.time(number + ahead) - time;
        long expires = time + 1 + below(random, Math.max(horizon * 2, 1));
        String item = Texts.word(random, 20, ' ');
        String description = Texts.word(random, 100, ' ');
        long reserve = initialBid + price(random);
        int size = 8 + item.length() + description.length() + 8 + 8 + 8 + 8 + 8;
        return GenericRowData.of(
                lastAuction(id) + FIRST_ID,
                Texts.data(item),
                Texts.data(description),
                initialBid,
                reserve,
                TimestampData.fromEpochMillis(time),
                TimestampData.fromEpochMillis(expires),
                seller + FIRST_ID,
                category,
                Texts.extra(random, size, settings.auctionSize));
    }

    private GenericRowData bid(long id, long time, SplittableRandom random) {
        long last = lastAuction(id);
        long auction;
        if (random.nextInt(settings.hotAuctionRatio) > 0) {
            auction = last / HOT_GROUP * HOT_GROUP;
        } else {
            long first = Math.max(last - IN_FLIGHT, 0);
            auction = first + below(random, last - first + 1 + ID_LEAD);
        }
        long bidder =
                random.nextInt(settings.hotBidderRatio) > 0
                        ? lastPerson(id) / HOT_GROUP * HOT_GROUP + 1
                        : somePerson(id, random);
        long price = price(random);
        int channel = random.nextInt(2) > 0 ? random.nextInt(4) : 4 + random.nextInt(10_000);
        return GenericRowData.of(
                auction + FIRST_ID,
                bidder + 2 * FIRST_ID, // twice, as in the public generator
                price,
                Texts.CHANNEL_NAMES[channel],
                Texts.CHANNEL_URLS[channel],
                TimestampData.fromEpochMillis(time),
                Texts.extra(random, 8 + 8 + 8 + 8, settings.bidSize));
    }

    private static String pick(SplittableRandom random, String[] list) {
        return list[random.nextInt(list.length)];
    }

    private static long price(SplittableRandom random) {
        return Math.round(Math.pow(10.0, random.nextDouble() * 6.0) * 100.0);
    }

    private static long below(SplittableRandom random, long n) {
        return n < Integer.MAX_VALUE ? random.nextInt((int) n) : Math.abs(random.nextLong() % n);
    }

    /** The newest person's number, from 0. */
    private long lastPerson(long id) {
        long offset = Math.min(id % total, persons - 1);
        return id / total * persons + offset;
    }

    private long somePerson(long id, SplittableRandom random) {
        long people = lastPerson(id) + 1;
        long active = Math.min(people, ACTIVE_PEOPLE);
        return people - active + below(random, active + ID_LEAD);
    }

    /** The newest auction's number, from 0, seen from an auction or a bid. */
    private long lastAuction(long id) {
        long offset = Math.min(id % total - persons, auctions - 1);
        return id / total * auctions + offset;
    }
}
