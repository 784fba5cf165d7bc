-- Constant keys and constant aggregates.
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

SELECT 'all' AS k, SUM(1) AS a, MAX('x') AS b, COUNT(*) * 2 AS c, MIN(CAST(NULL AS STRING)) AS d FROM orders GROUP BY 'all', TRUE;
