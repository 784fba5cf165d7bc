-- Mini-batch over an aggregate of an aggregate.
-- modes: streaming

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

SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '100 ms';
SET 'table.exec.mini-batch.size' = '5';

SELECT n, COUNT(*) AS c, SUM(q) AS q, MIN(q) AS lo FROM (SELECT customer_id, COUNT(*) AS n, SUM(quantity) AS q FROM orders GROUP BY customer_id) GROUP BY n;
