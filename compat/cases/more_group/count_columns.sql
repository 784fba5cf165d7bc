-- COUNT of a column, of expressions, of constants.
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

SELECT COUNT(ALL quantity) AS a, COUNT(DISTINCT customer_id) AS b, COUNT(NULLIF(quantity, 3)) AS c, COUNT(1) AS d, COUNT(CAST(NULL AS INT)) AS e FROM orders;
