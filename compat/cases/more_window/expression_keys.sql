-- Window aggregates grouped by expressions.
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

SELECT window_start, CASE WHEN price >= 500 THEN 'dear' ELSE 'cheap' END AS class, MOD(customer_id, 3) AS m, COUNT(*) AS n, SUM(price * quantity) AS total
FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTE)
GROUP BY window_start, window_end, CASE WHEN price >= 500 THEN 'dear' ELSE 'cheap' END, MOD(customer_id, 3);
