-- Window anti join with NOT EXISTS.
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

SELECT a.id, a.window_start FROM (SELECT * FROM TUMBLE(TABLE auctions, DESCRIPTOR(`dateTime`), INTERVAL '20' SECOND)) AS a
WHERE NOT EXISTS (SELECT * FROM (SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '20' SECOND)) AS b WHERE a.id = b.auction AND a.window_start = b.window_start AND a.window_end = b.window_end);
