-- Five tables with outer joins in the middle.
-- modes: streaming, batch

CREATE TABLE persons (
  id BIGINT,
  name STRING,
  emailAddress STRING,
  creditCard STRING,
  city STRING,
  state STRING,
  `dateTime` TIMESTAMP(3),
  extra STRING
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
  extra STRING
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
  extra STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/bids.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT p.id, p.name, a.id AS aid, MAX(b.price) AS top_, COUNT(b2.auction) AS n FROM persons p LEFT JOIN auctions a ON a.seller = p.id LEFT JOIN bids b ON b.auction = a.id AND b.channel = 'Apple' LEFT JOIN bids b2 ON b2.auction = a.id AND b2.price > 900000 WHERE p.state <> 'OR' GROUP BY p.id, p.name, a.id;
