-- GREATEST and LEAST of text, times and mixed numbers.
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

SELECT customer_id, GREATEST(name, email) AS a, LEAST(score, 50e0) AS b, GREATEST(birth, DATE '1990-01-01') AS c, LEAST(customer_id, 10, 20) AS d, GREATEST(country, segment, 'FA') AS e FROM customers;
