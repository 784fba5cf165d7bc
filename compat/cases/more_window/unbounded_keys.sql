-- Keys of ROW, DECIMAL, DOUBLE and BOOLEAN in a window.
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

SELECT window_start, price > 500 AS dear, CAST(quantity AS DOUBLE) / 4 AS q, CAST(quantity AS DECIMAL(5, 1)) AS d, COUNT(*) AS n, MIN(order_time) AS f, MAX(order_time) AS l FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTE) GROUP BY window_start, window_end, price > 500, CAST(quantity AS DOUBLE) / 4, CAST(quantity AS DECIMAL(5, 1));
