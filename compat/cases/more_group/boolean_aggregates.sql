-- MIN and MAX of booleans, dates, times and text.
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

SELECT country, MIN(vip) AS a, MAX(vip) AS b, MIN(birth) AS c, MAX(birth) AS d, MIN(name) AS e, MAX(email) AS f, MIN(rating) AS g FROM customers GROUP BY country;
