-- SUM, AVG, MIN, MAX of DECIMAL with arithmetic around.
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

SELECT currency, SUM(price) / COUNT(*) AS a, AVG(price) AS b, AVG(price * 1.19) AS c, SUM(price * quantity) AS d, SUM(price / 3) AS e, ROUND(AVG(price), 2) AS f, MAX(price) * 1.005 AS g, CAST(AVG(price) AS DECIMAL(10, 1)) AS h, SUM(CAST(price AS DECIMAL(38, 10))) AS j FROM orders GROUP BY currency;
