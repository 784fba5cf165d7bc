-- Bids per day by price, with filtered distinct counts.
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

SELECT DATE_FORMAT(`dateTime`, 'yyyy-MM-dd') AS `day`, COUNT(*) AS total_bids, COUNT(*) FILTER (WHERE price < 100000) AS rank1_bids, COUNT(*) FILTER (WHERE price >= 100000 AND price < 500000) AS rank2_bids, COUNT(*) FILTER (WHERE price >= 500000) AS rank3_bids,
  COUNT(DISTINCT bidder) AS total_bidders, COUNT(DISTINCT bidder) FILTER (WHERE price < 100000) AS rank1_bidders, COUNT(DISTINCT bidder) FILTER (WHERE price >= 100000 AND price < 500000) AS rank2_bidders, COUNT(DISTINCT auction) AS total_auctions, COUNT(DISTINCT auction) FILTER (WHERE price >= 500000) AS rank3_auctions
FROM bids GROUP BY DATE_FORMAT(`dateTime`, 'yyyy-MM-dd');
