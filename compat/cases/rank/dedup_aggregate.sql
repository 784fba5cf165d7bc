-- An aggregate over the last row of each key. Flink 2.3 counts replaced rows too in streaming.
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

SELECT currency, COUNT(*) AS n, SUM(price) AS s FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY order_id DESC, quantity, price) AS rn FROM orders) WHERE rn = 1 GROUP BY currency;
