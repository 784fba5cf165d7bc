-- MIN, MAX and distinct over an input that takes back.
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

SELECT MOD(customer_id, 7) AS m, MIN(s) AS lo, MAX(s) AS hi, COUNT(DISTINCT n) AS d, AVG(s) AS a, SUM(DISTINCT n) AS sd FROM (SELECT customer_id, SUM(price) AS s, COUNT(*) AS n FROM orders GROUP BY customer_id) GROUP BY MOD(customer_id, 7);
