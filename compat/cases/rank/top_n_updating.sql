-- TopN over an aggregate whose values move up and down.
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

SELECT currency, product_id, q, rn FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY q DESC, product_id) AS rn
  FROM (SELECT currency, product_id, SUM(quantity) AS q FROM orders WHERE quantity IS NOT NULL GROUP BY currency, product_id))
WHERE rn <= 3;
