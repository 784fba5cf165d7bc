-- Full window join with a residual condition.
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

SELECT a.id, a.reserve, b.auction, b.price, a.window_start AS ws, b.window_start AS ws2 FROM
  (SELECT * FROM TUMBLE(TABLE auctions, DESCRIPTOR(`dateTime`), INTERVAL '30' SECOND)) AS a
FULL OUTER JOIN (SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '30' SECOND)) AS b
ON a.id = b.auction AND a.window_start = b.window_start AND a.window_end = b.window_end AND b.price > a.reserve * 1000;
