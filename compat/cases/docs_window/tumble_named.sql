-- Named arguments.
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

SELECT auction, price, window_start, window_end, window_time FROM TABLE(TUMBLE(DATA => TABLE bids, TIMECOL => DESCRIPTOR(`dateTime`), SIZE => INTERVAL '2' MINUTES, `OFFSET` => INTERVAL '1' MINUTES));
