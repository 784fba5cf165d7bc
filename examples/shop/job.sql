-- Revenue per product category and hour, by the time the orders were made.
-- Run it from the repository's root:  go run ./cmd/flott run examples/shop/job.sql

CREATE TABLE orders (
  order_id   BIGINT,
  product_id INT,
  quantity   INT,
  amount     DECIMAL(10, 2),
  order_time TIMESTAMP(3),
  WATERMARK FOR order_time AS order_time - INTERVAL '30' SECOND  -- orders arrive up to 30 s late
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/shop/orders.csv',
  'format' = 'csv'
);

CREATE TABLE products (
  product_id INT,
  name       STRING,
  category   STRING,
  price      DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/shop/products.csv',
  'format' = 'csv'
);

-- Orders with their product, still in event time.
CREATE VIEW sales AS
SELECT o.window_start, o.product_id, o.orders, o.revenue, p.category
FROM (
  SELECT window_start, product_id, COUNT(*) AS orders, SUM(amount) AS revenue
  FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '1' HOUR)
  GROUP BY window_start, window_end, product_id
) o
JOIN products p ON o.product_id = p.product_id;

SELECT
  DATE_FORMAT(window_start, 'yyyy-MM-dd HH:mm') AS `hour`,
  category,
  SUM(orders) AS orders,
  SUM(revenue) AS revenue
FROM sales
GROUP BY window_start, category;
