-- DISTINCT aggregates in windows of all kinds.
-- modes: streaming

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

SELECT window_start, window_end, COUNT(DISTINCT bidder) AS d, COUNT(DISTINCT auction) FILTER (WHERE price > 500000) AS f, COUNT(*) AS n FROM TABLE(HOP(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '1' MINUTES, INTERVAL '3' MINUTES)) GROUP BY window_start, window_end;
