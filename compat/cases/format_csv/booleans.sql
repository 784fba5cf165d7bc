-- Booleans.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a BOOLEAN, b INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/booleans.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
