-- A window over UNION ALL keeps the time attribute.
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

CREATE VIEW u AS SELECT order_time, price, 'eur' AS t FROM orders WHERE currency = 'EUR' UNION ALL SELECT order_time, price, 'big' FROM orders WHERE price > 500;

SELECT window_start, t, COUNT(*) AS n, SUM(price) AS s FROM TUMBLE(TABLE u, DESCRIPTOR(order_time), INTERVAL '5' MINUTE) GROUP BY window_start, window_end, t;
