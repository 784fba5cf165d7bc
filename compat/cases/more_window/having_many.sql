-- HAVING over aggregates that are not selected.
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

SELECT window_end, channel, COUNT(*) AS n FROM TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '30' SECOND)
GROUP BY window_start, window_end, channel HAVING SUM(price) > 1000000 AND MIN(bidder) < 1020 OR COUNT(DISTINCT auction) >= 4;
