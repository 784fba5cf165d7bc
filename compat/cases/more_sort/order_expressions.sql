-- ORDER BY of expressions, ordinals and hidden columns.
-- modes: batch
-- ordered

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

SELECT order_id, price * quantity AS total FROM orders WHERE quantity IS NOT NULL ORDER BY MOD(customer_id, 3) DESC, 2, price, order_id FETCH FIRST 40 ROWS ONLY;
