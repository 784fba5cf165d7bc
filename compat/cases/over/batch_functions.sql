-- RANK, DENSE_RANK, ROW_NUMBER, LEAD, NTILE and following frames in batch.
-- modes: batch
-- digits: 12

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

SELECT country, customer_id, RANK() OVER (PARTITION BY country ORDER BY rating) AS r, DENSE_RANK() OVER (PARTITION BY country ORDER BY rating) AS dr, ROW_NUMBER() OVER (PARTITION BY country ORDER BY customer_id) AS rn,
  LEAD(customer_id) OVER (PARTITION BY country ORDER BY customer_id) AS nx, NTILE(3) OVER (PARTITION BY country ORDER BY customer_id) AS nt,
  SUM(customer_id) OVER (PARTITION BY country ORDER BY customer_id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS around, CUME_DIST() OVER (PARTITION BY country ORDER BY customer_id) AS cd, PERCENT_RANK() OVER (PARTITION BY country ORDER BY rating) AS pr
FROM customers;
