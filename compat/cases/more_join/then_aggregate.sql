-- Aggregates over an outer join, with HAVING and DISTINCT.
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

SELECT c.country, c.vip, COUNT(*) AS n, COUNT(o.order_id) AS orders_, COUNT(DISTINCT o.currency) AS curs, SUM(o.price) AS s, MIN(o.order_time) AS first_ FROM customers c LEFT JOIN orders o ON c.customer_id = o.customer_id AND o.price < 500
GROUP BY c.country, c.vip HAVING COUNT(*) > 2;
