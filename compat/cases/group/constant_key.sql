-- A constant among the keys, and an aggregate of a constant.
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

SELECT 'all' AS label, currency, SUM(1) AS ones, COUNT(1) AS c, MAX('x') AS x FROM orders GROUP BY 'all', currency;
