-- TopN over a join of an aggregate.
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

SELECT country, customer_id, s FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY country ORDER BY s DESC, customer_id) AS rn FROM (SELECT c.country, c.customer_id, o.s FROM customers c JOIN (SELECT customer_id, SUM(price) AS s FROM orders GROUP BY customer_id) o ON c.customer_id = o.customer_id)) WHERE rn <= 2;
