package org.flottstream.nexmark;

import java.io.Serializable;

/** What decides the event sequence. The fields have the defaults of the public generator. */
final class Settings implements Serializable {
    private static final long serialVersionUID = 1;

    int eventRate = 10_000;
    int personProportion = 1;
    int auctionProportion = 3;
    int bidProportion = 46;
    int personSize = 200;
    int auctionSize = 500;
    int bidSize = 100;
    int hotAuctionRatio = 2;
    int hotBidderRatio = 4;
    int hotSellerRatio = 4;
    long events;
    long stopAt = -1;

    /** Splits that share the event rate: the job's default parallelism. */
    int generators = 1;

    /** Milliseconds since 1970. */
    long baseTime;

    boolean paced;
    boolean keepAlive;

    int total() {
        return personProportion + auctionProportion + bidProportion;
    }

    boolean bounded() {
        return !keepAlive && (events > 0 || stopAt >= 0);
    }

    /** Event time of an event number; numbers begin with 1 in every split. */
    long time(long number) {
        double delayMicros = 1_000_000.0 / eventRate * generators;
        return baseTime + (long) (number * delayMicros) / 1000L;
    }

    /** Cuts the sequence for n readers. */
    EventSplit[] splits(int n) {
        long all = events;
        if (all == 0) {
            all = Long.MAX_VALUE / ((long) total() * Math.max(1, Math.max(personSize, Math.max(auctionSize, bidSize))));
        }
        EventSplit[] list = new EventSplit[n];
        long firstId = 1;
        for (int i = 0; i < n; i++) {
            boolean last = i == n - 1;
            long count = last ? all - all / n * (n - 1) : all / n;
            long stop = last ? stopAt - stopAt / n * (n - 1) : stopAt / n;
            list[i] = new EventSplit(i, firstId, stopAt >= 0 ? Math.min(count, stop) : count, 0, -1);
            firstId += count;
        }
        return list;
    }
}
