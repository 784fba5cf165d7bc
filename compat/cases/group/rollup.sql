-- ROLLUP.
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

SELECT country, segment, COUNT(*) AS n, SUM(balance) AS b FROM customers GROUP BY ROLLUP (country, segment);
