-- UNNEST of a COLLECT.
-- modes: streaming

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

SELECT c, e FROM (SELECT currency AS c, COLLECT(quantity) AS q FROM orders WHERE order_id < 50 GROUP BY currency) AS x CROSS JOIN UNNEST(q) AS t (e);
