-- Every aggregate in two phases, with mini-batch.
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

SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '1 s';
SET 'table.exec.mini-batch.size' = '25';
SET 'table.optimizer.agg-phase-strategy' = 'TWO_PHASE';

SELECT quantity, COUNT(*) AS n, COUNT(note) AS c, SUM(price) AS s, AVG(price) AS a, MIN(note) AS mi, MAX(order_time) AS mx, COUNT(DISTINCT currency) AS d, SUM(customer_id) FILTER (WHERE price > 400) AS f, STDDEV_POP(product_id) AS sd FROM orders GROUP BY quantity;
