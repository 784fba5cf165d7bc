-- Legacy group windows with HAVING, expressions of their bounds and FILTER.
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

SELECT TUMBLE_START(`dateTime`, INTERVAL '1' MINUTE) AS s, DATE_FORMAT(TUMBLE_END(`dateTime`, INTERVAL '1' MINUTE), 'mm:ss') AS e, channel, COUNT(*) FILTER (WHERE price > 500000) AS dear, COUNT(DISTINCT bidder) AS b
FROM bids GROUP BY TUMBLE(`dateTime`, INTERVAL '1' MINUTE), channel HAVING COUNT(*) > 3;
