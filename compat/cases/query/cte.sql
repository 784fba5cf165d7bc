-- Two CTEs, one used twice.
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

WITH spent AS (SELECT customer_id, SUM(price) AS s, COUNT(*) AS n FROM orders GROUP BY customer_id), big AS (SELECT * FROM spent WHERE n > 5)
SELECT a.customer_id, a.s, b.n FROM spent AS a JOIN big AS b ON a.customer_id = b.customer_id;
