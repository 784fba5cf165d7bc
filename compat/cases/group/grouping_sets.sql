-- GROUPING SETS with GROUPING and GROUPING_ID.
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

SELECT currency, quantity > 5 AS many, COUNT(*) AS n, GROUPING(currency) AS gc, GROUPING_ID(currency, quantity > 5) AS gid
FROM orders
GROUP BY GROUPING SETS ((currency, quantity > 5), (currency), ());
