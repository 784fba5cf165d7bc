-- Sellers of one category from three states.
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

SELECT p.name, p.city, p.state, a.id FROM auctions AS a JOIN persons AS p ON a.seller = p.id WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA');
