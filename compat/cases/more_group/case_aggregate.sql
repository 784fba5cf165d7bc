-- CASE around aggregates and aggregates around CASE.
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

SELECT currency, CASE WHEN COUNT(*) > 60 THEN 'many' WHEN COUNT(*) > 40 THEN 'some' ELSE 'few' END AS c, SUM(CASE currency WHEN 'EUR' THEN price WHEN 'USD' THEN price * 0.9 END) AS e, SUM(IF(quantity > 5, quantity, 0)) AS q, CAST(SUM(quantity) AS DOUBLE) / COUNT(quantity) AS av FROM orders GROUP BY currency;
