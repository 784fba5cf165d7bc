-- A group window above a DISTINCT with the event time.
-- modes: streaming
-- parallelism: 1
-- limit: Window aggregate can only be defined over a time attribute column

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

SELECT TUMBLE_START(order_time, INTERVAL '5' MINUTE) AS s, COUNT(*) AS n FROM (SELECT DISTINCT currency, order_time FROM orders) GROUP BY TUMBLE(order_time, INTERVAL '5' MINUTE);
