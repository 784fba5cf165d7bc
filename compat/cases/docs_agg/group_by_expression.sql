-- Keys that are expressions and used again in the result.
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

SELECT CHAR_LENGTH(note) + 1 AS n, UPPER(SUBSTRING(note, 1, 1)) AS c, COUNT(*) AS rows_ FROM orders GROUP BY CHAR_LENGTH(note) + 1, UPPER(SUBSTRING(note, 1, 1));
