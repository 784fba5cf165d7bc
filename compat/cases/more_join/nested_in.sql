-- IN inside IN.
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

CREATE TABLE products (
  product_id INT,
  name STRING,
  category STRING,
  price DECIMAL(8, 2),
  tags ARRAY<STRING>,
  attributes MAP<STRING, STRING>,
  dimensions ROW<width DOUBLE, height DOUBLE, unit STRING>,
  stock ARRAY<ROW<warehouse INT, pieces INT>>
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/products.json',
  'format' = 'json'
);

SELECT p.product_id, p.name FROM products p WHERE p.product_id IN (SELECT o.product_id FROM orders o WHERE o.customer_id IN (SELECT c.customer_id FROM customers c WHERE c.vip AND c.country = 'JP'));
