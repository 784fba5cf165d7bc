-- OVER over a window aggregate's time.
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

SELECT channel, wt, n, SUM(n) OVER (PARTITION BY channel ORDER BY wt ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS three FROM (
  SELECT channel, window_time AS wt, COUNT(*) AS n FROM TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '20' SECOND) GROUP BY window_start, window_end, window_time, channel);
