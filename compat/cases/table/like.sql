-- CREATE TABLE … LIKE with another option and a watermark.
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

CREATE TABLE o2 (
  WATERMARK FOR order_time AS order_time - INTERVAL '10' SECOND
) LIKE orders;

SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE o2, DESCRIPTOR(order_time), INTERVAL '7' MINUTE) GROUP BY window_start, window_end;
