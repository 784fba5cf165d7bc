-- The TVF over a view with a computed column.
-- modes: streaming, batch

CREATE TABLE orders (
  order_id BIGINT,
  customer_id INT,
  product_id INT,
  quantity INT,
  price DECIMAL(10, 2),
  currency STRING,
  order_time TIMESTAMP(3),
  note STRING,
  WATERMARK FOR order_time AS order_time - INTERVAL '10' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/orders.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE VIEW v AS SELECT UPPER(currency) || '!' AS c, price * quantity AS total, order_time FROM orders WHERE quantity IS NOT NULL;

SELECT window_start, window_end, c, SUM(total) AS total FROM TUMBLE(TABLE v, DESCRIPTOR(order_time), INTERVAL '6' MINUTE) GROUP BY c, window_start, window_end;
