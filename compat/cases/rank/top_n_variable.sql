-- Streams take a rank bound from a column as well.
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

SELECT * FROM (SELECT currency, order_id, customer_id, ROW_NUMBER() OVER (PARTITION BY currency, customer_id ORDER BY order_id) AS rn FROM orders) WHERE rn <= 2 AND customer_id < 5;
