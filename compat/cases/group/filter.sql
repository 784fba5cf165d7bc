-- FILTER on plain and distinct aggregates.
-- modes: streaming, batch

CREATE TABLE orders (
  order_id BIGINT,
  customer_id INT,
  product_id INT,
  quantity INT,
  price DECIMAL(10, 2),
  currency STRING,
  order_time TIMESTAMP(3),
  note STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/orders.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT currency,
  COUNT(*) FILTER (WHERE quantity > 5) AS many,
  SUM(price) FILTER (WHERE note IS NULL) AS unnoted,
  COUNT(DISTINCT customer_id) FILTER (WHERE quantity < 0) AS returners,
  COUNT(DISTINCT customer_id) AS customers
FROM orders
GROUP BY currency;
