-- INSERT with a column list in another order, missing columns NULL.
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

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE out_ (a STRING, b BIGINT, c DOUBLE, d TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${out}/o', 'format' = 'json');

INSERT INTO out_ (d, b) SELECT order_time, order_id FROM orders WHERE price > 950;
