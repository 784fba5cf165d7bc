-- An aggregate over the whole partition, in batch.
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

SELECT customer_id, country, COUNT(*) OVER (PARTITION BY country) AS n, MAX(balance) OVER (PARTITION BY country) AS m FROM customers;
