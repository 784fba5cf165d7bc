-- BETWEEN, SYMMETRIC, LIKE, IS forms in WHERE.
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

SELECT order_id FROM orders WHERE price BETWEEN SYMMETRIC 600 AND 400 AND NOT (quantity < 0) IS TRUE AND (note IS NULL OR note LIKE '%e%') AND order_time BETWEEN TIMESTAMP '2024-02-28 23:55:00' AND TIMESTAMP '2024-02-29 00:30:00';
