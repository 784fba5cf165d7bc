-- AND, OR, NOT, BETWEEN and IN over columns that may be NULL.
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

SELECT order_id, quantity, currency, note
FROM orders
WHERE (quantity BETWEEN 2 AND 6 OR note IN ('fragile', 'naïve café'))
  AND NOT currency = 'JPY'
  AND customer_id NOT IN (1, 2, 3, 60);
