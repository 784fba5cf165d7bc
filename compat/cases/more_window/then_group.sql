-- An updating aggregate over a window aggregate.
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

SELECT channel, COUNT(*) AS windows_, SUM(n) AS n, MAX(n) AS busiest FROM (
  SELECT window_start, channel, COUNT(*) AS n FROM TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '15' SECOND) GROUP BY window_start, window_end, channel) GROUP BY channel;
