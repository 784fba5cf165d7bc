-- The best two channels of each window by sum.
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

SELECT window_start, channel, s, rn FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY s DESC, channel) AS rn FROM (
    SELECT window_start, window_end, channel, SUM(price) AS s FROM TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '1' MINUTE) GROUP BY window_start, window_end, channel))
WHERE rn <= 2;
