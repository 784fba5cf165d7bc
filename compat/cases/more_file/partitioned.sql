-- A partitioned csv sink with two keys.
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

CREATE TABLE out_ (id BIGINT, p DECIMAL(10, 2), currency STRING, q INT) PARTITIONED BY (currency, q) WITH ('connector' = 'filesystem', 'path' = '${out}/o', 'format' = 'csv');

INSERT INTO out_ SELECT order_id, price, currency, MOD(quantity, 2) FROM orders WHERE order_id < 60;
