-- FIRST_VALUE and LAST_VALUE in the order of reading.
-- modes: streaming

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

SELECT currency, FIRST_VALUE(order_id) AS f, LAST_VALUE(order_id) AS l, FIRST_VALUE(note) AS fn, LAST_VALUE(customer_id) AS lc FROM orders GROUP BY currency;
