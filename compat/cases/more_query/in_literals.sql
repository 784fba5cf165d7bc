-- Long IN lists with NULL, NOT IN, and IN of expressions.
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

SELECT order_id FROM orders WHERE product_id IN (1, 2, 3, 5, 8, 13, 21, 34) AND currency NOT IN ('EUR', 'GBP', 'CHF') AND quantity + 1 IN (2, quantity + 1, NULL) AND order_id NOT IN (1, 2, 3);
