-- Three levels of aggregation.
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

SELECT n, COUNT(*) AS customers_, SUM(s) AS s FROM (SELECT customer_id, COUNT(*) AS n, SUM(q) AS s FROM (SELECT customer_id, product_id, SUM(quantity) AS q FROM orders GROUP BY customer_id, product_id) GROUP BY customer_id) GROUP BY n;
