-- A window aggregate over a window aggregate with a wider window.
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

WITH small AS (
  SELECT window_time AS wt, channel, COUNT(*) AS n, MAX(price) AS p
  FROM TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND) GROUP BY window_start, window_end, window_time, channel)
SELECT window_start, window_end, channel, SUM(n) AS n, MAX(p) AS p, COUNT(*) AS parts FROM TUMBLE(TABLE small, DESCRIPTOR(wt), INTERVAL '1' MINUTE) GROUP BY window_start, window_end, channel;
