-- Outer joins of aggregates.
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

SELECT a.currency, a.n, b.s FROM (SELECT currency, COUNT(*) AS n FROM orders GROUP BY currency) AS a LEFT JOIN (SELECT currency, SUM(quantity) AS s FROM orders WHERE quantity > 5 GROUP BY currency HAVING SUM(quantity) > 600) AS b ON a.currency = b.currency;
