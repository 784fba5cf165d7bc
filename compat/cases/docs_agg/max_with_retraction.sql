-- MIN and MAX of values that are taken back.
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

SELECT MAX(n) AS most, MIN(n) AS least, MAX(last_note) AS note, COUNT(DISTINCT n) AS d FROM (SELECT customer_id, COUNT(*) AS n, MAX(note) AS last_note FROM orders GROUP BY customer_id) AS q;
