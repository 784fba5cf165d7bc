-- Subqueries in FROM, three deep.
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

SELECT bucket, COUNT(*) AS n FROM (SELECT s / 1000 AS bucket FROM (SELECT CAST(SUM(price) AS INT) AS s FROM (SELECT * FROM orders WHERE quantity IS NOT NULL) GROUP BY customer_id)) GROUP BY bucket;
