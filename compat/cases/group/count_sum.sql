-- The everyday GROUP BY: COUNT(*), COUNT(x), SUM, MIN, MAX, AVG with NULL in key and value.
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

SELECT customer_id, COUNT(*) AS n, COUNT(quantity) AS q, SUM(quantity) AS s, MIN(price) AS lo, MAX(price) AS hi, AVG(quantity) AS a
FROM orders
GROUP BY customer_id;
