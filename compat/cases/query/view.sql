-- Views over views, with column names, temporary and not.
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

CREATE VIEW a(cur, total) AS SELECT currency, price * quantity FROM orders;

CREATE TEMPORARY VIEW b AS SELECT cur, SUM(total) AS s FROM a GROUP BY cur;

SELECT * FROM b WHERE s > 0;
