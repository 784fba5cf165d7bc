-- Several distinct aggregates with different filters.
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

SELECT currency, COUNT(DISTINCT customer_id) FILTER (WHERE price > 500) AS a, COUNT(DISTINCT customer_id) FILTER (WHERE quantity > 5) AS b, COUNT(DISTINCT product_id) AS c, SUM(DISTINCT quantity) FILTER (WHERE price < 300) AS d, COUNT(DISTINCT note) AS e, COUNT(*) FILTER (WHERE note IS NULL) AS f FROM orders GROUP BY currency;
