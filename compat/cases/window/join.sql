-- Inner and full joins of two windowed tables.
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

CREATE TABLE clicks (
  `user` STRING,
  url STRING,
  at_time TIMESTAMP(3),
  device STRING,
  duration_ms INT,
  payload STRING,
  WATERMARK FOR at_time AS at_time - INTERVAL '6' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/clicks.json',
  'format' = 'json'
);

SELECT COALESCE(o.window_start, c.window_start) AS ws, o.n AS orders_n, c.n AS clicks_n
FROM (SELECT window_start, window_end, COUNT(*) AS n FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '1' MINUTE) GROUP BY window_start, window_end) AS o
FULL JOIN (SELECT window_start, window_end, COUNT(*) AS n FROM TUMBLE(TABLE clicks, DESCRIPTOR(at_time), INTERVAL '1' MINUTE) GROUP BY window_start, window_end) AS c
ON o.window_start = c.window_start AND o.window_end = c.window_end;
