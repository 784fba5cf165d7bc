-- Aggregates without GROUP BY.
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

SELECT COUNT(*) AS n, COUNT(note) AS notes, SUM(price) AS s, AVG(price) AS a, MIN(order_time) AS first_, MAX(order_time) AS last_ FROM orders;
