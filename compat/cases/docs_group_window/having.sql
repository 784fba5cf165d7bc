-- HAVING on the window's start.
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

SELECT COUNT(*) AS n, TUMBLE_START(order_time, INTERVAL '5' MINUTE) AS s FROM orders GROUP BY TUMBLE(order_time, INTERVAL '5' MINUTE) HAVING COUNT(*) > 50 AND EXTRACT(MINUTE FROM TUMBLE_START(order_time, INTERVAL '5' MINUTE)) < 40;
