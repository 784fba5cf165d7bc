package org.flottstream.nexmark;

import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;

/** The table connector 'nexmark': options of the public generator, and base-time. */
public final class NexmarkTableFactory implements DynamicTableSourceFactory {
    enum RateShape {
        SQUARE,
        SINE
    }

    private static final ConfigOption<RateShape> RATE_SHAPE =
            ConfigOptions.key("rate.shape").enumType(RateShape.class).defaultValue(RateShape.SQUARE);
    private static final ConfigOption<Duration> RATE_PERIOD =
            ConfigOptions.key("rate.period").durationType().defaultValue(Duration.ofSeconds(600));
    private static final ConfigOption<Boolean> RATE_LIMITED = flag("rate.limited", false);
    private static final ConfigOption<Integer> FIRST_RATE = number("first-event.rate", 10_000);
    private static final ConfigOption<Integer> NEXT_RATE = number("next-event.rate", 10_000);
    private static final ConfigOption<MemorySize> PERSON_SIZE = size("person.avg-size", "200b");
    private static final ConfigOption<MemorySize> AUCTION_SIZE = size("auction.avg-size", "500b");
    private static final ConfigOption<MemorySize> BID_SIZE = size("bid.avg-size", "100b");
    private static final ConfigOption<Integer> PERSONS = number("person.proportion", 1);
    private static final ConfigOption<Integer> AUCTIONS = number("auction.proportion", 3);
    private static final ConfigOption<Integer> BIDS = number("bid.proportion", 46);
    private static final ConfigOption<Integer> HOT_AUCTIONS = number("bid.hot-ratio.auctions", 2);
    private static final ConfigOption<Integer> HOT_BIDDERS = number("bid.hot-ratio.bidders", 4);
    private static final ConfigOption<Integer> HOT_SELLERS = number("auction.hot-ratio.sellers", 4);
    private static final ConfigOption<Long> EVENTS = ConfigOptions.key("events.num").longType().defaultValue(0L);
    private static final ConfigOption<Long> STOP_AT = ConfigOptions.key("stop-at").longType().defaultValue(-1L);
    private static final ConfigOption<Boolean> KEEP_ALIVE = flag("keep-alive", false);
    private static final ConfigOption<Boolean> MAX_SPEED = flag("max-emit-speed", true);
    private static final ConfigOption<String> BASE_TIME = ConfigOptions.key("base-time").stringType().noDefaultValue();

    private static ConfigOption<Integer> number(String key, int value) {
        return ConfigOptions.key(key).intType().defaultValue(value);
    }

    private static ConfigOption<Boolean> flag(String key, boolean value) {
        return ConfigOptions.key(key).booleanType().defaultValue(value);
    }

    private static ConfigOption<MemorySize> size(String key, String value) {
        return ConfigOptions.key(key).memoryType().defaultValue(MemorySize.parse(value));
    }

    @Override
    public String factoryIdentifier() {
        return "nexmark";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of(
                RATE_SHAPE, RATE_PERIOD, RATE_LIMITED, FIRST_RATE, NEXT_RATE, PERSON_SIZE, AUCTION_SIZE, BID_SIZE,
                PERSONS, AUCTIONS, BIDS, HOT_AUCTIONS, HOT_BIDDERS, HOT_SELLERS, EVENTS, STOP_AT, KEEP_ALIVE,
                MAX_SPEED, BASE_TIME);
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        helper.validate();
        ReadableConfig options = helper.getOptions();
        Settings s = new Settings();
        s.eventRate = options.get(FIRST_RATE);
        s.personProportion = options.get(PERSONS);
        s.auctionProportion = options.get(AUCTIONS);
        s.bidProportion = options.get(BIDS);
        s.personSize = (int) options.get(PERSON_SIZE).getBytes();
        s.auctionSize = (int) options.get(AUCTION_SIZE).getBytes();
        s.bidSize = (int) options.get(BID_SIZE).getBytes();
        s.hotAuctionRatio = options.get(HOT_AUCTIONS);
        s.hotBidderRatio = options.get(HOT_BIDDERS);
        s.hotSellerRatio = options.get(HOT_SELLERS);
        s.events = options.get(EVENTS);
        s.stopAt = options.get(STOP_AT);
        s.keepAlive = options.get(KEEP_ALIVE);
        s.paced = options.get(RATE_LIMITED) || !options.get(MAX_SPEED);
        s.generators = context.getConfiguration().get(CoreOptions.DEFAULT_PARALLELISM);
        s.baseTime = options.getOptional(BASE_TIME).map(NexmarkTableFactory::time).orElseGet(System::currentTimeMillis);
        return new Table(s, context.getPhysicalRowDataType());
    }

    /** Milliseconds since 1970, or a date or timestamp without time zone. */
    private static long time(String text) {
        text = text.trim();
        if (text.matches("-?[0-9]+")) {
            return Long.parseLong(text);
        }
        if (text.length() == 10) {
            return LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
        }
        return LocalDateTime.parse(text.replace(' ', 'T')).toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    private static final class Table implements ScanTableSource {
        private final Settings settings;
        private final DataType type;

        Table(Settings settings, DataType type) {
            this.settings = settings;
            this.type = type;
        }

        @Override
        public ChangelogMode getChangelogMode() {
            return ChangelogMode.insertOnly();
        }

        @Override
        public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
            return SourceProvider.of(new EventSource(settings, context.createTypeInformation(type)));
        }

        @Override
        public DynamicTableSource copy() {
            return new Table(settings, type);
        }

        @Override
        public String asSummaryString() {
            return "nexmark";
        }
    }
}
