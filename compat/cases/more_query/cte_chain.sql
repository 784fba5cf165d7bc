-- A chain of CTEs, one used twice.
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

WITH paid AS (SELECT customer_id, SUM(price) AS s FROM orders GROUP BY customer_id),
  named AS (SELECT c.country, p.s FROM paid p JOIN customers c USING (customer_id)),
  by_country (country, total, n) AS (SELECT country, SUM(s), COUNT(*) FROM named GROUP BY country)
SELECT a.country, a.total, b.country AS next_, b.total AS t2 FROM by_country a LEFT JOIN by_country b ON b.total > a.total AND b.n >= a.n;
