-- Four tables in a row.
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

CREATE TABLE rates (
  currency STRING,
  rate DECIMAL(10, 4),
  valid_from TIMESTAMP(3)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/rates.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT o.order_id, c.name, p.category, o.currency, COUNT(r.rate) AS rates_, MAX(r.rate) AS m FROM orders AS o JOIN customers AS c ON o.customer_id = c.customer_id JOIN products AS p ON o.product_id = p.product_id
LEFT JOIN rates AS r ON r.currency = o.currency AND r.valid_from <= o.order_time WHERE o.order_id BETWEEN 20 AND 60 GROUP BY o.order_id, c.name, p.category, o.currency;
