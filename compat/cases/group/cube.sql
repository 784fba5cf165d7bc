-- CUBE, over keys that hold NULL themselves.
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

SELECT vip, segment, COUNT(*) AS n, GROUPING(vip) AS gv, GROUPING(segment) AS gs FROM customers GROUP BY CUBE (vip, segment);
