-- A legacy window over the rowtime of a legacy window.
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

SELECT TUMBLE_START(r, INTERVAL '10' MINUTE) AS s, SUM(n) AS n, MAX(p) AS p
FROM (SELECT TUMBLE_ROWTIME(order_time, INTERVAL '2' MINUTE) AS r, COUNT(*) AS n, SUM(price) AS p FROM orders GROUP BY TUMBLE(order_time, INTERVAL '2' MINUTE))
GROUP BY TUMBLE(r, INTERVAL '10' MINUTE);
