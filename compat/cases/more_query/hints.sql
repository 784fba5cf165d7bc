-- OPTIONS hints change a table for one query.
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

SELECT currency, COUNT(*) AS n, COUNT(note) AS c FROM orders /*+ OPTIONS('csv.null-literal' = 'EUR', 'csv.ignore-parse-errors' = 'true') */ WHERE order_id < 100 GROUP BY currency;
