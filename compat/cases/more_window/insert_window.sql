-- A window aggregate into a csv file.
-- modes: streaming, batch

CREATE TABLE orders (
  order_id BIGINT,
  customer_id INT,
  product_id INT,
  quantity INT,
  price DECIMAL(10, 2),
  currency STRING,
  order_time TIMESTAMP(3),
  note STRING,
  WATERMARK FOR order_time AS order_time - INTERVAL '10' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/orders.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE sums (at_ TIMESTAMP(3), currency STRING, total DECIMAL(20, 2), n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}/sums', 'format' = 'csv', 'csv.field-delimiter' = ';');

INSERT INTO sums SELECT window_end, currency, SUM(price), COUNT(*) FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '10' MINUTE) GROUP BY window_start, window_end, currency;
