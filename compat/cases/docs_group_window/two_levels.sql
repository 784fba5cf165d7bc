-- A window over the rowtime of a window.
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

SELECT TUMBLE_END(rt, INTERVAL '10' MINUTE) AS e, SUM(n) AS n FROM (SELECT TUMBLE_ROWTIME(order_time, INTERVAL '2' MINUTE) AS rt, COUNT(*) AS n FROM orders GROUP BY TUMBLE(order_time, INTERVAL '2' MINUTE)) AS q GROUP BY TUMBLE(rt, INTERVAL '10' MINUTE);
