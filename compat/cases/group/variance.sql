-- STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP, STDDEV and VARIANCE.
-- modes: streaming, batch
-- digits: 9

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

SELECT country, STDDEV_POP(score) AS sp, STDDEV_SAMP(score) AS ss, VAR_POP(score) AS vp, VAR_SAMP(score) AS vs, STDDEV(customer_id) AS s, VARIANCE(customer_id) AS v, COUNT(score) AS n FROM customers GROUP BY country;
