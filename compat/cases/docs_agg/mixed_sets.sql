-- A plain key beside ROLLUP and a concatenation of CUBE.
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

SELECT currency, quantity, product_id, COUNT(*) AS n FROM orders WHERE quantity < 4 AND product_id < 8 GROUP BY currency, ROLLUP (quantity, product_id);
