-- Two window aggregates joined on window and key.
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

SELECT p.window_start, p.window_end, p.id, p.name, a.n FROM (
  SELECT window_start, window_end, id, name FROM TUMBLE(TABLE persons, DESCRIPTOR(`dateTime`), INTERVAL '2' MINUTE) GROUP BY window_start, window_end, id, name) AS p
JOIN (SELECT window_start, window_end, seller, COUNT(*) AS n FROM TUMBLE(TABLE auctions, DESCRIPTOR(`dateTime`), INTERVAL '2' MINUTE) GROUP BY window_start, window_end, seller) AS a
ON p.id = a.seller AND p.window_start = a.window_start AND p.window_end = a.window_end;
