-- DISTINCT, IN and set operations over TIMESTAMP(9).
-- modes: streaming, batch

CREATE TABLE moments (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  n TIMESTAMP(9)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/moments.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT n FROM moments WHERE n IN (TIMESTAMP '9999-12-31 23:59:59.999999999', TIMESTAMP '0001-01-01 00:00:00', TIMESTAMP '1969-12-31 23:59:59.999999999') UNION SELECT n FROM moments WHERE n > TIMESTAMP '2024-01-01 00:00:00.000000999' EXCEPT SELECT n FROM moments WHERE id = 5;
