-- CASE in both forms, without ELSE, nested, and over NULL.
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

SELECT order_id,
  CASE currency WHEN 'EUR' THEN 1 WHEN 'USD' THEN 2 END AS code,
  CASE WHEN quantity < 0 THEN 'return' WHEN quantity = 0 THEN 'none' WHEN quantity > 8 THEN 'bulk' ELSE 'normal' END AS kind,
  CASE WHEN note IS NULL THEN 'no note' ELSE CASE WHEN CHAR_LENGTH(note) > 8 THEN 'long' ELSE note END END AS note_kind
FROM orders;
