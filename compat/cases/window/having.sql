-- HAVING and a filter over a window aggregate.
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

SELECT * FROM (
  SELECT window_end, currency, SUM(price) AS s, COUNT(*) AS n FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '3' MINUTE)
  WHERE quantity > 0 GROUP BY window_start, window_end, currency HAVING COUNT(*) > 3)
WHERE s > 1000;
