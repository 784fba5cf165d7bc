-- UNNEST of a MAP with a filter.
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

SELECT p.product_id, t.k, t.v FROM products p, UNNEST(p.attributes) AS t(k, v) WHERE t.k <> 'grade' OR t.v > '2';
