-- Two temporal joins in a row.
-- modes: streaming

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

CREATE VIEW v1 AS SELECT currency, rate, valid_from FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY valid_from DESC) AS rn FROM rates) WHERE rn = 1;

SELECT o.order_id, a.rate AS ra, b.rate AS rb FROM orders o JOIN v1 FOR SYSTEM_TIME AS OF o.order_time AS a ON o.currency = a.currency LEFT JOIN v1 FOR SYSTEM_TIME AS OF o.order_time AS b ON UPPER(b.currency) = 'EUR' AND b.currency = o.currency;
