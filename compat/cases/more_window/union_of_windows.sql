-- Two window sizes in one result.
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

SELECT 'five' AS w, window_start, COUNT(*) AS n FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '5' MINUTE) GROUP BY window_start, window_end
UNION ALL
SELECT 'twenty', window_start, COUNT(*) FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '20' MINUTE) GROUP BY window_start, window_end;
