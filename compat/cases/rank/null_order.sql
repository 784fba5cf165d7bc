-- NULL in the order: smallest, so last in descending order.
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

SELECT country, customer_id, score, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY country ORDER BY score DESC, customer_id) AS rn FROM customers) WHERE rn <= 12;
