-- Mini-batch with two-phase aggregation.
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
SET 'table.exec.mini-batch.size' = '1000';
SET 'table.optimizer.agg-phase-strategy' = 'TWO_PHASE';

SELECT currency, COUNT(*) AS n, COUNT(DISTINCT customer_id) AS d, SUM(price) AS s, MAX(quantity) AS m, COUNT(DISTINCT product_id) FILTER (WHERE quantity > 3) AS f, AVG(quantity) AS a FROM orders GROUP BY currency;
