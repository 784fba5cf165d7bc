-- Shares of a total in batch, with grouped input.
-- modes: batch

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

SELECT currency, s, s / SUM(s) OVER () AS share, RANK() OVER (ORDER BY s DESC) AS rk FROM (SELECT currency, SUM(price) AS s FROM orders GROUP BY currency);
