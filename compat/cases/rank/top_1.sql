-- The best row of each group. Flink 2.3 takes this for insert-only in streaming and leaves -U out.
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

SELECT product_id, order_id, price FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY price DESC, order_id, quantity) AS rn FROM orders) WHERE rn = 1;
