-- Keys of DATE and TIMESTAMP.
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

SELECT FLOOR(order_time TO MINUTE) AS m, CAST(order_time AS DATE) AS d, COUNT(*) AS n FROM orders GROUP BY FLOOR(order_time TO MINUTE), CAST(order_time AS DATE);
