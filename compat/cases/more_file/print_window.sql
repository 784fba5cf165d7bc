-- What print writes for a window aggregate.
-- modes: streaming, batch
-- printed

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

CREATE TABLE p (s TIMESTAMP(3), c STRING, n BIGINT, a DECIMAL(38, 6)) WITH ('connector' = 'print');

INSERT INTO p SELECT window_start, currency, COUNT(*), AVG(price) FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '10' MINUTE) GROUP BY window_start, window_end, currency;
