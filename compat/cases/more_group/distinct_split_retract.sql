-- Split distinct over an input that takes back.
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
SET 'table.exec.mini-batch.allow-latency' = '500 ms';
SET 'table.exec.mini-batch.size' = '20';
SET 'table.optimizer.distinct-agg.split.enabled' = 'true';

SELECT n, COUNT(DISTINCT m) AS d, COUNT(*) AS c FROM (SELECT customer_id, COUNT(*) AS n, MAX(currency) AS m FROM orders GROUP BY customer_id) GROUP BY n;
