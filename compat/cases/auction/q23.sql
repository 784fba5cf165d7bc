-- Three streams joined in one query.
-- modes: streaming, batch

CREATE TABLE auctions (
  id BIGINT,
  itemName STRING,
  description STRING,
  initialBid BIGINT,
  reserve BIGINT,
  `dateTime` TIMESTAMP(3),
  expires TIMESTAMP(3),
  seller BIGINT,
  category BIGINT,
  extra STRING,
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/auctions.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

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

CREATE TABLE persons (
  id BIGINT,
  name STRING,
  emailAddress STRING,
  creditCard STRING,
  city STRING,
  state STRING,
  `dateTime` TIMESTAMP(3),
  extra STRING,
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/persons.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT b.auction, b.price, a.itemName, p.name, p.state FROM bids AS b JOIN auctions AS a ON b.auction = a.id JOIN persons AS p ON a.seller = p.id WHERE b.price > 300000;
