-- A csv sink: quotes, NULL, times and numbers as text.
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

CREATE TABLE out_ (
  id BIGINT,
  note STRING,
  price DECIMAL(10, 2),
  at_time TIMESTAMP(3),
  f DOUBLE
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'csv'
);

INSERT INTO out_ SELECT order_id, note, price, order_time, CAST(price AS DOUBLE) / 4 FROM orders WHERE quantity > 4;
