-- IN with two columns and another condition.
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

SELECT order_id, customer_id FROM orders WHERE (customer_id, currency) IN (SELECT customer_id, currency FROM orders WHERE price > 900 AND customer_id IS NOT NULL) AND quantity > 3;
