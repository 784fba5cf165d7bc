-- COUNT, SUM and AVG of DISTINCT values beside plain ones.
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

SELECT currency, COUNT(DISTINCT customer_id) AS customers, COUNT(DISTINCT note) AS notes, SUM(DISTINCT quantity) AS s, AVG(DISTINCT quantity) AS a, COUNT(*) AS n
FROM orders
GROUP BY currency;
