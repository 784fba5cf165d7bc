-- DISTINCT aggregates with filters that share a column.
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

SELECT currency, COUNT(DISTINCT customer_id) AS total, COUNT(DISTINCT customer_id) FILTER (WHERE quantity > 5) AS some_, COUNT(DISTINCT customer_id) FILTER (WHERE note IS NULL) AS others_, SUM(DISTINCT quantity) AS q FROM orders GROUP BY currency;
