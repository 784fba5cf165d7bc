-- Order of booleans, text, dates, bytes and doubles.
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

SELECT customer_id, vip, birth, rating, name FROM customers ORDER BY vip, birth DESC, rating, name, customer_id;
