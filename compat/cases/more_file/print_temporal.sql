-- What print writes for a temporal join and a window join.
-- modes: streaming
-- printed

CREATE TABLE orders (
  order_id BIGINT,
  customer_id INT,
  product_id INT,
  quantity INT,
  price DECIMAL(10, 2),
  currency STRING,
  order_time TIMESTAMP(3),
  note STRING,
  WATERMARK FOR order_time AS order_time - INTERVAL '10' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/orders.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE TABLE rates (
  currency STRING,
  rate DECIMAL(10, 4),
  valid_from TIMESTAMP(3),
  WATERMARK FOR valid_from AS valid_from
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/rates.csv',
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

CREATE VIEW v1 AS SELECT currency, rate, valid_from FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY valid_from DESC) AS rn FROM rates) WHERE rn = 1;
CREATE TABLE p (a BIGINT, b DECIMAL(10, 4)) WITH ('connector' = 'print');
CREATE TABLE q (a BIGINT, b BIGINT) WITH ('connector' = 'print', 'print-identifier' = 'q');

EXECUTE STATEMENT SET BEGIN
INSERT INTO p SELECT o.order_id, a.rate FROM orders o LEFT JOIN v1 FOR SYSTEM_TIME AS OF o.order_time AS a ON o.currency = a.currency;
INSERT INTO q SELECT a.id, b.price FROM (SELECT * FROM TUMBLE(TABLE auctions, DESCRIPTOR(`dateTime`), INTERVAL '30' SECOND)) AS a LEFT JOIN (SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '30' SECOND)) AS b ON a.id = b.auction AND a.window_start = b.window_start AND a.window_end = b.window_end;
END;
