-- A window aggregate joined with a plain table.
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

CREATE TABLE customers (
  customer_id INT,
  name STRING,
  country STRING,
  segment STRING,
  birth DATE,
  balance DECIMAL(18, 4),
  vip BOOLEAN,
  score DOUBLE,
  rating FLOAT,
  email STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/customers.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT w.window_start, c.country, SUM(w.s) AS s FROM (
  SELECT window_start, window_end, customer_id, SUM(price) AS s FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '10' MINUTE) GROUP BY window_start, window_end, customer_id) AS w
LEFT JOIN customers AS c ON w.customer_id = c.customer_id GROUP BY w.window_start, c.country;
