-- A window over rows that change is refused.
-- modes: streaming
-- refused: streaming

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

SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE((SELECT `dateTime`, COUNT(*) AS c FROM bids GROUP BY `dateTime`), DESCRIPTOR(`dateTime`), INTERVAL '1' MINUTES)) GROUP BY window_start, window_end;
