-- The dearest two currencies of each product, by sum.
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

SELECT product_id, currency, s FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY s DESC, currency) AS rn FROM (SELECT product_id, currency, SUM(price) AS s FROM orders GROUP BY product_id, currency)) WHERE rn <= 2;
