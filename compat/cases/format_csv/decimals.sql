-- Decimals.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a DECIMAL(10, 2), b INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/decimals.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
