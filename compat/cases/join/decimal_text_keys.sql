-- Keys of DECIMAL and of text.
-- modes: streaming, batch

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

SELECT a.customer_id AS x, b.customer_id AS y FROM customers AS a JOIN customers AS b ON a.rating = b.rating AND a.country = b.country AND a.customer_id < b.customer_id;
