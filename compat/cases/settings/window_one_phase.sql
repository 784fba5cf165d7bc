-- Window aggregation in one phase.
-- modes: streaming, batch

CREATE TABLE orders (
  order_id BIGINT,
  customer_id INT,
  product_id INT,
  quantity INT,
  price DECIMAL(10, 2),
  currency STRING,
  order_time TIMESTAMP(3),
  note STRING,
  WATERMARK FOR order_time AS order_time - INTERVAL '10' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/orders.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SET 'table.optimizer.agg-phase-strategy' = 'ONE_PHASE';

SELECT window_start, currency, COUNT(*) AS n, COUNT(DISTINCT product_id) AS d FROM HOP(TABLE orders, DESCRIPTOR(order_time), INTERVAL '2' MINUTE, INTERVAL '6' MINUTE) GROUP BY window_start, window_end, currency;
