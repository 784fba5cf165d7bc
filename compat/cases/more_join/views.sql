-- Joins over temporary views of views.
-- modes: streaming, batch

CREATE TABLE orders (
  order_id BIGINT,
  customer_id INT,
  product_id INT,
  quantity INT,
  price DECIMAL(10, 2),
  currency STRING,
  order_time TIMESTAMP(3),
  note STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/orders.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE TABLE customers (
  customer_id INT,
  name STRING,
  country STRING,
  segment STRING,
  birth DATE,
  balance DECIMAL(18, 4),
  vip BOOLEAN,
  score DOUBLE,
  rating FLOAT,
  email STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/customers.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE TEMPORARY VIEW paid AS SELECT customer_id AS cid, price * 2 AS twice, currency FROM orders WHERE price > 300;
CREATE TEMPORARY VIEW per_customer (cid, total, last_currency) AS SELECT cid, SUM(twice), MAX(currency) FROM paid GROUP BY cid;

SELECT p.cid, p.total, p.last_currency, c.rating FROM per_customer p JOIN customers c ON p.cid = c.customer_id WHERE c.rating >= 2;
