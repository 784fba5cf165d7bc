-- Interval join with only times and a residual.
-- modes: streaming, batch

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

SELECT p.id, a.id AS aid FROM persons p JOIN auctions a ON a.`dateTime` BETWEEN p.`dateTime` AND p.`dateTime` + INTERVAL '6' SECOND AND MOD(a.id, 3) = MOD(p.id, 3);
