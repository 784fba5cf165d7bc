-- ORDER BY boolean, date, decimal, double with NULLs.
-- modes: batch
-- ordered

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

SELECT vip, birth, balance, score, customer_id FROM customers ORDER BY vip, segment DESC, balance DESC, customer_id;
