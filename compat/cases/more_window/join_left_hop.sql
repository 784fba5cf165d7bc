-- Left window join over hops.
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

SELECT a.window_start, a.window_end, a.id, b.c FROM (SELECT * FROM HOP(TABLE auctions, DESCRIPTOR(`dateTime`), INTERVAL '30' SECOND, INTERVAL '1' MINUTE)) AS a
LEFT JOIN (SELECT auction, window_start, window_end, COUNT(*) AS c FROM HOP(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '30' SECOND, INTERVAL '1' MINUTE) GROUP BY auction, window_start, window_end) AS b
ON a.id = b.auction AND a.window_start = b.window_start AND a.window_end = b.window_end WHERE a.category = 10;
