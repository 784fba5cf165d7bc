-- Aggregates over CASE, with arithmetic on the results.
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

SELECT currency, SUM(CASE WHEN quantity < 0 THEN price ELSE 0 END) AS refunds, SUM(quantity * price) / SUM(quantity) AS unit, 100 * COUNT(note) / COUNT(*) AS pct, MAX(quantity) - MIN(quantity) AS spread FROM orders GROUP BY currency;
