-- Pairs of one table.
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

SELECT a.customer_id AS x, b.customer_id AS y, a.country FROM customers AS a JOIN customers AS b ON a.country = b.country AND a.segment = b.segment AND a.customer_id < b.customer_id;
