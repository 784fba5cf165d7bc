-- FILTER and DISTINCT side by side.
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

SELECT window_start, COUNT(DISTINCT customer_id) AS a, COUNT(DISTINCT customer_id) FILTER (WHERE price > 500) AS b, COUNT(DISTINCT product_id) FILTER (WHERE quantity IS NULL) AS c,
  SUM(DISTINCT quantity) AS d, COUNT(*) FILTER (WHERE currency = 'EUR') AS e, SUM(price) FILTER (WHERE currency IN ('USD', 'JPY')) AS f, AVG(DISTINCT quantity) AS g, MAX(DISTINCT product_id) AS h
FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '10' MINUTE) GROUP BY window_start, window_end;
