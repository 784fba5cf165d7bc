-- With an offset, over an aggregate.
-- modes: streaming, batch
-- flink: batch

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

SELECT customer_id, COUNT(*) AS n, SUM(price) AS s FROM orders GROUP BY customer_id ORDER BY n DESC, s DESC LIMIT 5 OFFSET 3;
