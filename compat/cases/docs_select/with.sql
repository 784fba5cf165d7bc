-- Common table expressions, one over another.
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

WITH expensive AS (SELECT order_id, price, currency FROM orders WHERE price > 500), by_currency AS (SELECT currency, COUNT(*) AS n, SUM(price) AS total FROM expensive GROUP BY currency)
SELECT e.order_id, e.price, b.n, b.total FROM expensive AS e JOIN by_currency AS b ON e.currency = b.currency WHERE e.price > 900;
