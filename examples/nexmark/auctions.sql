-- An auction house in one file: run it with
--
--   flott run examples/nexmark/auctions.sql
--
-- The connector 'nexmark' makes the events of the Nexmark benchmark: persons, auctions and bids, two minutes of them.
-- The same file always gives the same result, because base-time is fixed and the generator draws from seeds.

CREATE TABLE events (
  event_type INT,
  person ROW<
    id           BIGINT,
    name         VARCHAR,
    emailAddress VARCHAR,
    creditCard   VARCHAR,
    city         VARCHAR,
    state        VARCHAR,
    `dateTime`   TIMESTAMP(3),
    extra        VARCHAR>,
  auction ROW<
    id          BIGINT,
    itemName    VARCHAR,
    description VARCHAR,
    initialBid  BIGINT,
    reserve     BIGINT,
    `dateTime`  TIMESTAMP(3),
    expires     TIMESTAMP(3),
    seller      BIGINT,
    category    BIGINT,
    extra       VARCHAR>,
  bid ROW<
    auction    BIGINT,
    bidder     BIGINT,
    price      BIGINT,
    channel    VARCHAR,
    url        VARCHAR,
    `dateTime` TIMESTAMP(3),
    extra      VARCHAR>,
  `dateTime` AS CASE
    WHEN event_type = 0 THEN person.`dateTime`
    WHEN event_type = 1 THEN auction.`dateTime`
    ELSE bid.`dateTime`
  END,
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH (
  'connector' = 'nexmark',
  'base-time' = '2024-02-29 12:00:00',
  'first-event.rate' = '1000', -- events per second of event time
  'next-event.rate' = '1000',
  'events.num' = '120000'
);

CREATE VIEW bids AS
SELECT bid.auction AS auction, bid.price AS price, `dateTime`
FROM events
WHERE event_type = 2;

-- Every half minute: how many bids there were, on how many auctions, and the highest one.
SELECT
  window_start,
  window_end,
  COUNT(*) AS bids,
  COUNT(DISTINCT auction) AS auctions,
  MAX(price) AS highest
FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '30' SECOND))
GROUP BY window_start, window_end;
