-- Bids of each bidder per session.
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

SELECT b.bidder, COUNT(*) AS bid_count, SESSION_START(b.`dateTime`, INTERVAL '10' SECOND) AS starttime, SESSION_END(b.`dateTime`, INTERVAL '10' SECOND) AS endtime
FROM bids AS b GROUP BY b.bidder, SESSION(b.`dateTime`, INTERVAL '10' SECOND);
