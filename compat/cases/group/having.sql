-- HAVING over an aggregate that is not selected.
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

SELECT product_id, SUM(quantity) AS q FROM orders GROUP BY product_id HAVING COUNT(*) > 10 AND SUM(quantity) > 30;
