-- MIN and MAX of text, dates, decimals and booleans.
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

SELECT country, MIN(name) AS lo, MAX(name) AS hi, MIN(birth) AS oldest, MAX(balance) AS rich, MIN(vip) AS v, MAX(score) AS s, MIN(rating) AS r FROM customers GROUP BY country;
