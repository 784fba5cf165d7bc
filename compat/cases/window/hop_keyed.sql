-- HOP with a key, DISTINCT and FILTER.
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

SELECT window_start, window_end, currency, COUNT(DISTINCT product_id) AS p, COUNT(*) FILTER (WHERE quantity > 3) AS f, SUM(quantity) AS q, MIN(price) AS m
FROM HOP(TABLE orders, DESCRIPTOR(order_time), INTERVAL '5' MINUTE, INTERVAL '10' MINUTE)
GROUP BY window_start, window_end, currency;
