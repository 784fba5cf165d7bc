-- UNNEST WITH ORDINALITY.
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

SELECT product_id, tag, i FROM products CROSS JOIN UNNEST(tags) WITH ORDINALITY AS t (tag, i);
