-- Several DISTINCT columns in one aggregation.
-- modes: streaming, batch

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

SELECT channel IN ('Google', 'Apple') AS big, COUNT(DISTINCT bidder) AS bidders, COUNT(DISTINCT auction) AS auctions, COUNT(DISTINCT bidder) FILTER (WHERE price < 100000) AS cheap, SUM(DISTINCT MOD(price, 100)) AS s, MAX(price) AS m
FROM bids GROUP BY channel IN ('Google', 'Apple');
