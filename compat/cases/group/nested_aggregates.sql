-- An aggregate over an aggregate takes updates back.
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

SELECT n, COUNT(*) AS customers, SUM(q) AS q, MAX(q) AS top_q, MIN(q) AS low_q, AVG(q) AS a
FROM (SELECT customer_id, COUNT(*) AS n, SUM(quantity) AS q FROM orders GROUP BY customer_id)
GROUP BY n;
