-- Without the number.
-- modes: streaming, batch

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

SELECT product_id, category FROM (SELECT product_id, category, price, ROW_NUMBER() OVER (PARTITION BY category ORDER BY price DESC, product_id) AS row_num FROM products) AS y WHERE row_num <= 3;
