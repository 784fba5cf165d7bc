-- VALUES joined with a table.
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

SELECT o.order_id, v.label FROM orders AS o JOIN (VALUES ('EUR', 'euro'), ('JPY', '円')) AS v(code, label) ON o.currency = v.code WHERE o.quantity > 9;
