-- RANK and DENSE_RANK with ties, in batch.
-- modes: batch

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

SELECT * FROM (SELECT country, customer_id, rating, RANK() OVER (PARTITION BY country ORDER BY rating DESC) AS r FROM customers) WHERE r <= 2;
