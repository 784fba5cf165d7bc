-- TopN within each window.
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
  SELECT window_start, window_end, currency, s, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY s DESC) AS rn
  FROM (SELECT window_start, window_end, currency, SUM(price) AS s FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '5' MINUTE) GROUP BY window_start, window_end, currency))
WHERE rn <= 2;
