-- SESSION with names.
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

SELECT window_start, window_end, MAX(price) AS p FROM TABLE(SESSION(DATA => TABLE bids, TIMECOL => DESCRIPTOR(`dateTime`), GAP => INTERVAL '2' SECONDS)) GROUP BY window_start, window_end;
