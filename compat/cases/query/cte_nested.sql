-- A CTE inside of a CTE, with column names.
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

WITH t(c, q) AS (WITH u AS (SELECT currency, quantity FROM orders WHERE quantity > 0) SELECT currency, SUM(quantity) FROM u GROUP BY currency) SELECT c, q FROM t WHERE q > 100;
