-- The highest bid of each window.
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

SELECT b.auction, b.price, b.bidder, b.`dateTime`, b.extra
FROM bids AS b JOIN (SELECT MAX(price) AS maxprice, window_end AS until FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '20' SECOND)) GROUP BY window_start, window_end) AS w
ON b.price = w.maxprice AND b.`dateTime` BETWEEN w.until - INTERVAL '20' SECOND AND w.until;
