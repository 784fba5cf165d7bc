-- SESSION with and without keys.
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

SELECT window_start, window_end, channel, SUM(price) AS total_price FROM TABLE(SESSION(TABLE bids PARTITION BY channel, DESCRIPTOR(`dateTime`), INTERVAL '20' SECONDS)) GROUP BY channel, window_start, window_end;
