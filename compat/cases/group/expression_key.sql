-- GROUP BY an expression, selected inside of another.
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

SELECT CONCAT('c', CAST(MOD(customer_id, 5) AS STRING)) AS bucket, COUNT(*) AS n, SUM(price * quantity) AS revenue
FROM orders
GROUP BY MOD(customer_id, 5);
