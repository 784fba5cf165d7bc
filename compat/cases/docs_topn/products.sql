-- The five products with the highest sales.
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

CREATE TABLE products (
  product_id INT,
  name STRING,
  category STRING,
  price DECIMAL(8, 2),
  tags ARRAY<STRING>,
  attributes MAP<STRING, STRING>
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/products.json',
  'format' = 'json'
);

SELECT * FROM (SELECT product_id, category, s, ROW_NUMBER() OVER (PARTITION BY category ORDER BY s DESC, product_id) AS row_num FROM (SELECT p.product_id, p.category, SUM(o.quantity) AS s FROM products AS p JOIN orders AS o ON o.product_id = p.product_id GROUP BY p.product_id, p.category) AS x) AS y WHERE row_num <= 5;
