-- DENSE_RANK is refused in streaming.
-- modes: streaming
-- refused: streaming

CREATE TABLE customers (
  customer_id INT,
  name STRING,
  country STRING,
  segment STRING,
  birth DATE,
  balance DECIMAL(18, 4),
  vip BOOLEAN,
  score DOUBLE,
  rating FLOAT,
  email STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/customers.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT * FROM (SELECT country, rating, DENSE_RANK() OVER (PARTITION BY country ORDER BY rating DESC) AS r FROM customers) WHERE r <= 2;
