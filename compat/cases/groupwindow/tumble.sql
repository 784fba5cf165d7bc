-- Legacy TUMBLE with its auxiliary functions.
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

SELECT currency, TUMBLE_START(order_time, INTERVAL '5' MINUTE) AS s, TUMBLE_END(order_time, INTERVAL '5' MINUTE) AS e, TUMBLE_ROWTIME(order_time, INTERVAL '5' MINUTE) AS r, COUNT(*) AS n, SUM(price) AS p
FROM orders GROUP BY currency, TUMBLE(order_time, INTERVAL '5' MINUTE);
