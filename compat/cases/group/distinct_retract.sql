-- COUNT(DISTINCT) and FILTER over an updating input.
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

SELECT COUNT(DISTINCT n) AS d, COUNT(*) AS c, COUNT(*) FILTER (WHERE n > 4) AS f, SUM(DISTINCT n) AS sd
FROM (SELECT customer_id, COUNT(*) AS n FROM orders GROUP BY customer_id);
