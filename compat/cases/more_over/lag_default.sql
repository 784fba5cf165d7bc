-- LAG with defaults, and rows of equal time, which see the last of them.
-- modes: streaming

CREATE TABLE ledger (
  id INT,
  account STRING,
  kind STRING,
  amount DECIMAL(12, 3),
  points INT,
  booked TIMESTAMP(3),
  WATERMARK FOR booked AS booked - INTERVAL '30' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/ledger.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

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

SELECT id, LAG(id, 1, CAST(-1 AS INT)) OVER (PARTITION BY kind ORDER BY booked) AS a, LAG(id, 2, points) OVER (PARTITION BY kind ORDER BY booked) AS b FROM ledger
UNION ALL SELECT CAST(order_id AS INT), CAST(LAG(order_id) OVER (PARTITION BY currency ORDER BY order_time) AS INT), LAG(quantity, 2) OVER (PARTITION BY currency ORDER BY order_time) FROM orders;
