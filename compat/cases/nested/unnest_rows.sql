-- UNNEST of an array of rows gives their fields; LEFT JOIN keeps empty ones.
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

SELECT product_id, name, warehouse, pieces FROM products LEFT JOIN UNNEST(stock) AS s(warehouse, pieces) ON TRUE;
