-- Averages against totals of the same table.
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

SELECT o.order_id, o.price, g.a FROM orders o JOIN (SELECT currency, AVG(price) AS a FROM orders GROUP BY currency) g ON o.currency = g.currency WHERE o.price > g.a * 1.7;
