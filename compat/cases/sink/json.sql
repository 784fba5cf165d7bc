-- A json sink: NULL, rows, arrays, times, decimals.
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

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE out_ (
  id INT,
  name STRING,
  born DATE,
  balance DECIMAL(18, 4),
  vip BOOLEAN,
  pair ROW<a STRING, b DOUBLE>,
  list_ ARRAY<INT>,
  big DOUBLE,
  noted TIMESTAMP(3),
  moment_ TIMESTAMP_LTZ(3)
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'json'
);

INSERT INTO out_ SELECT customer_id, name, birth, balance, vip, ROW(country, score), ARRAY[customer_id, NULLIF(customer_id, customer_id)], score * 1e10, TIMESTAMP '2024-02-29 10:00:00.120', TO_TIMESTAMP_LTZ(customer_id * 1000, 3) FROM customers;
