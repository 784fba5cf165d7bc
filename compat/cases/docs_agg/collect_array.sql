-- ARRAY_AGG, LISTAGG, FIRST_VALUE and LAST_VALUE over rows in the order of a file.
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

SELECT currency, LISTAGG(CAST(order_id AS STRING)) AS l, LISTAGG(CAST(quantity AS STRING), '|') AS q, FIRST_VALUE(price) AS f, LAST_VALUE(price) AS la, ARRAY_AGG(product_id) AS a FROM orders WHERE order_id < 40 GROUP BY currency;
