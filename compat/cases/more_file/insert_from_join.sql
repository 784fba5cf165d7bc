-- INSERT of a join and of a union into one table.
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

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE out_ (name STRING, order_id BIGINT, total DOUBLE) WITH ('connector' = 'filesystem', 'path' = '${out}/o', 'format' = 'csv');

INSERT INTO out_ SELECT c.name, o.order_id, o.price * 2 FROM orders o JOIN customers c ON o.customer_id = c.customer_id WHERE o.price > 900 UNION ALL SELECT 'none', order_id, 0 FROM orders WHERE customer_id IS NULL;
