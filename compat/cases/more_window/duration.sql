-- Arithmetic on the window columns.
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

SELECT DATE_FORMAT(window_start, 'HH:mm') AS f, TIMESTAMPDIFF(SECOND, window_start, window_end) AS w, window_end - INTERVAL '1' SECOND AS e, EXTRACT(MINUTE FROM window_time) AS m, COUNT(*) AS n
FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '9' MINUTE) GROUP BY window_start, window_end, window_time;
