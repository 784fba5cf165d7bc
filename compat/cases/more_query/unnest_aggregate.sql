-- UNNEST of rows and maps, aggregated.
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

SELECT t.warehouse, COUNT(*) AS n, SUM(t.pieces) AS s, COUNT(DISTINCT p.category) AS c FROM products p CROSS JOIN UNNEST(p.stock) AS t(warehouse, pieces) GROUP BY t.warehouse;
