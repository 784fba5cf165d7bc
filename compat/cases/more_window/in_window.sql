-- Window semi join with IN.
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

SELECT a.id, a.window_end FROM (SELECT * FROM TUMBLE(TABLE auctions, DESCRIPTOR(`dateTime`), INTERVAL '40' SECOND)) AS a
WHERE a.id IN (SELECT auction FROM (SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '40' SECOND)) AS b WHERE a.window_start = b.window_start AND a.window_end = b.window_end AND b.price > 700000);
