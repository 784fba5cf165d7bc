-- What UNNEST gives, aggregated.
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

SELECT tag, COUNT(*) AS n, MAX(price) AS p FROM products CROSS JOIN UNNEST(tags) AS t (tag) GROUP BY tag;
