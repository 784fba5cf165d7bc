-- Entries of a MAP as JSON gives them, and as JSON writes them.
-- modes: streaming, batch

CREATE TABLE products (
  product_id INT,
  name STRING,
  category STRING,
  price DECIMAL(8, 2),
  tags ARRAY<STRING>,
  attributes MAP<STRING, STRING>,
  dimensions ROW<width DOUBLE, height DOUBLE, unit STRING>,
  stock ARRAY<ROW<warehouse INT, pieces INT>>
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/products.json',
  'format' = 'json'
);

SELECT product_id, attributes, CAST(attributes AS STRING) AS s, MAP_VALUES(attributes) AS v FROM products;
