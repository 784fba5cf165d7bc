-- Fills the topic with the bids of a Nexmark stream, in order of event time within each partition.
CREATE TABLE nexmark (
  event_type INT,
  bid ROW<
    auction    BIGINT,
    bidder     BIGINT,
    price      BIGINT,
    channel    VARCHAR,
    url        VARCHAR,
    `dateTime` TIMESTAMP(3),
    extra      VARCHAR>
) WITH (
  'connector' = 'nexmark',
  'base-time' = '2024-01-01 00:00:00',
  'first-event.rate' = '${TPS}',
  'next-event.rate' = '${TPS}',
  'events.num' = '${EVENTS_NUM}'
);

CREATE TABLE bid (
  auction    BIGINT,
  bidder     BIGINT,
  price      BIGINT,
  channel    VARCHAR,
  url        VARCHAR,
  `dateTime` TIMESTAMP(3),
  extra      VARCHAR
) WITH (
  'connector' = 'kafka',
  'properties.bootstrap.servers' = '${BROKER}',
  'topic' = 'bid',
  'format' = 'json'
);

INSERT INTO bid
SELECT bid.auction, bid.bidder, bid.price, bid.channel, bid.url, bid.`dateTime`, bid.extra
FROM nexmark
WHERE event_type = 2;
