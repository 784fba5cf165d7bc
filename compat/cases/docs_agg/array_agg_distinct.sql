-- ARRAY_AGG of distinct values and with a filter.
-- modes: streaming
-- parallelism: 1

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

SELECT currency, ARRAY_AGG(DISTINCT quantity) AS d, ARRAY_AGG(quantity) FILTER (WHERE quantity > 10) AS f, LISTAGG(DISTINCT CAST(quantity AS STRING), ';') AS l FROM orders WHERE order_id < 60 GROUP BY currency;
