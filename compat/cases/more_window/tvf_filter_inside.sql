-- Filters before and after the TVF, unused columns.
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

SELECT window_end, COUNT(*) AS n FROM TUMBLE((SELECT order_time, price FROM orders WHERE currency <> 'JPY'), DESCRIPTOR(order_time), INTERVAL '4' MINUTE) WHERE price < 400 GROUP BY window_start, window_end;
