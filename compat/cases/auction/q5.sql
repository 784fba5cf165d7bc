-- The auctions with the most bids in each sliding window.
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

SELECT c.auction, c.num, c.starttime
FROM (SELECT auction, COUNT(*) AS num, window_start AS starttime, window_end AS endtime FROM TABLE(HOP(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND, INTERVAL '30' SECOND)) GROUP BY auction, window_start, window_end) AS c
JOIN (SELECT MAX(n.num) AS maxn, n.starttime, n.endtime FROM (SELECT COUNT(*) AS num, window_start AS starttime, window_end AS endtime FROM TABLE(HOP(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND, INTERVAL '30' SECOND)) GROUP BY auction, window_start, window_end) AS n GROUP BY n.starttime, n.endtime) AS m
ON c.starttime = m.starttime AND c.endtime = m.endtime AND c.num >= m.maxn;
