-- Pass the bids through.
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

SELECT auction, bidder, price, `dateTime`, extra FROM bids;
