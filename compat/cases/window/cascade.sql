-- A window over the window_time of a window.
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

CREATE VIEW per_minute AS
SELECT currency, window_time AS minute_time, COUNT(*) AS n, SUM(price) AS s
FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '1' MINUTE)
GROUP BY currency, window_start, window_end, window_time;

SELECT window_start, window_end, SUM(n) AS n, SUM(s) AS s, COUNT(*) AS groups_, MAX(n) AS most
FROM TUMBLE(TABLE per_minute, DESCRIPTOR(minute_time), INTERVAL '5' MINUTE)
GROUP BY window_start, window_end;
