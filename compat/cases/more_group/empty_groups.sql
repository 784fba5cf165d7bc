-- Aggregates of nothing, with and without keys.
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

SELECT COUNT(*) AS n, SUM(price) AS s, MAX(note) AS m, COUNT(DISTINCT currency) AS d, AVG(quantity) AS a, SUM(quantity) + 1 AS p, COALESCE(SUM(price), 0) AS z FROM orders WHERE price < 0;
