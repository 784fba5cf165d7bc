-- Grouping sets of expressions with DISTINCT and FILTER.
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

SELECT MOD(order_id, 3) AS m, currency, COUNT(DISTINCT customer_id) AS c, SUM(price) FILTER (WHERE quantity > 3) AS s, AVG(quantity) AS a FROM orders GROUP BY GROUPING SETS ((MOD(order_id, 3), currency), (currency), ());
