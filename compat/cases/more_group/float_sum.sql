-- Sums of FLOAT and DOUBLE that are exact.
-- modes: streaming, batch

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

SELECT country, SUM(rating) AS a, SUM(score) AS b, AVG(rating) AS c, AVG(score) AS d, SUM(rating * 2) AS e, MAX(score) - MIN(score) AS f FROM customers GROUP BY country;
