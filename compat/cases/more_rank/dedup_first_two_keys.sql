-- The first row of two keys.
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

SELECT customer_id, currency, order_id, order_time FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer_id, currency ORDER BY order_time ASC) AS rn FROM orders) WHERE rn = 1;
