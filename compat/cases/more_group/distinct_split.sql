-- The same with split distinct and mini-batch.
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
SET 'table.exec.mini-batch.size' = '33';
SET 'table.optimizer.distinct-agg.split.enabled' = 'true';

SELECT currency, COUNT(DISTINCT customer_id) FILTER (WHERE price > 500) AS a, COUNT(DISTINCT product_id) AS c, SUM(DISTINCT quantity) AS d, COUNT(*) AS n, MAX(price) AS m, MIN(price) FILTER (WHERE quantity > 2) AS lo, AVG(price) AS av FROM orders GROUP BY currency;
