-- A window over the time attribute that an interval join keeps.
-- modes: streaming, batch

CREATE TABLE auctions (
  id BIGINT,
  itemName STRING,
  description STRING,
  initialBid BIGINT,
  reserve BIGINT,
  `dateTime` TIMESTAMP(3),
  expires TIMESTAMP(3),
  seller BIGINT,
  category BIGINT,
  extra STRING,
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/auctions.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE TABLE bids (
  auction BIGINT,
  bidder BIGINT,
  price BIGINT,
  channel STRING,
  url STRING,
  `dateTime` TIMESTAMP(3),
  extra STRING,
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/bids.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE VIEW j AS SELECT a.id, b.price, b.`dateTime` AS bid_at FROM auctions AS a JOIN bids AS b ON a.id = b.auction AND b.`dateTime` BETWEEN a.`dateTime` AND a.`dateTime` + INTERVAL '20' SECOND;

SELECT window_start, COUNT(*) AS n, MAX(price) AS m FROM TUMBLE(TABLE j, DESCRIPTOR(bid_at), INTERVAL '1' MINUTE) GROUP BY window_start, window_end;
