-- PERCENTILE, one and many.
-- modes: streaming, batch
-- digits: 9

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

SELECT country, PERCENTILE(customer_id, 0.5) AS med, PERCENTILE(score, 0.9) AS p90, PERCENTILE(customer_id, ARRAY[0.0, 1.0]) AS ends FROM customers GROUP BY country;
