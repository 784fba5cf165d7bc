-- Running count, sum, min, max and avg per key, by rows.
-- modes: streaming

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

SELECT order_id, currency, order_time, COUNT(*) OVER w AS n, SUM(price) OVER w AS s, MIN(price) OVER w AS lo, MAX(quantity) OVER w AS hi, AVG(price) OVER w AS a
FROM orders
WINDOW w AS (PARTITION BY currency ORDER BY order_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW);
