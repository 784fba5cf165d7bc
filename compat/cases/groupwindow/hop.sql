-- Legacy HOP whose size is no multiple of the slide.
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

SELECT HOP_START(order_time, INTERVAL '3' MINUTE, INTERVAL '10' MINUTE) AS s, HOP_END(order_time, INTERVAL '3' MINUTE, INTERVAL '10' MINUTE) AS e, COUNT(*) AS n
FROM orders GROUP BY HOP(order_time, INTERVAL '3' MINUTE, INTERVAL '10' MINUTE);
