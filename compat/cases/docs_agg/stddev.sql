-- Deviation and variance.
-- modes: streaming, batch
-- digits: 10

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

SELECT currency, STDDEV_POP(CAST(quantity AS DOUBLE)) AS sp, STDDEV_SAMP(CAST(quantity AS DOUBLE)) AS ss, VAR_POP(CAST(quantity AS DOUBLE)) AS vp, VAR_SAMP(CAST(quantity AS DOUBLE)) AS vs, STDDEV(quantity) AS s, VARIANCE(price) AS v FROM orders GROUP BY currency;
