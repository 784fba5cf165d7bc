-- Keys of DOUBLE, DECIMAL and DATE.
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

SELECT a.customer_id, b.customer_id AS other FROM customers a JOIN customers b ON a.rating = b.rating AND a.birth > b.birth AND a.score - b.score = 0e0 OR a.birth = b.birth AND a.customer_id < b.customer_id;
