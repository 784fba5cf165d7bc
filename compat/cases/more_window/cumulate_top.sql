-- The best of each step of CUMULATE.
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

SELECT window_start, window_end, channel, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY n DESC, channel DESC) AS rn FROM (
  SELECT window_start, window_end, channel, COUNT(*) AS n FROM CUMULATE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '20' SECOND, INTERVAL '1' MINUTE) GROUP BY window_start, window_end, channel)) WHERE rn = 1;
