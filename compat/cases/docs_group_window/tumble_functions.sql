-- The auxiliary functions.
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

SELECT channel, TUMBLE_START(`dateTime`, INTERVAL '2' MINUTE) AS s, TUMBLE_END(`dateTime`, INTERVAL '2' MINUTE) AS e, TUMBLE_ROWTIME(`dateTime`, INTERVAL '2' MINUTE) AS r, SUM(price) AS p FROM bids GROUP BY TUMBLE(`dateTime`, INTERVAL '2' MINUTE), channel;
