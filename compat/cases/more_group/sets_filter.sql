-- GROUPING SETS with FILTER, DISTINCT and HAVING.
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

SELECT currency, product_id, GROUPING_ID(currency, product_id) AS g, COUNT(*) AS n, COUNT(DISTINCT customer_id) AS d, SUM(price) FILTER (WHERE quantity > 0) AS s FROM orders GROUP BY GROUPING SETS ((currency), (product_id), (currency, product_id), ()) HAVING COUNT(*) > 20;
