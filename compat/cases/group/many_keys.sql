-- Six keys of different types, NULLs in three.
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

SELECT customer_id, product_id, currency, note, CAST(order_time AS DATE) AS d, quantity IS NULL AS q, COUNT(*) AS n, SUM(price) AS s FROM orders
GROUP BY customer_id, product_id, currency, note, CAST(order_time AS DATE), quantity IS NULL;
