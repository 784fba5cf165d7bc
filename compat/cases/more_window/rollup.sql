-- ROLLUP inside a window.
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

SELECT window_start, currency, quantity, GROUPING(currency) AS g, COUNT(*) AS n, SUM(price) AS s FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '20' MINUTE) GROUP BY window_start, window_end, ROLLUP(currency, quantity);
