-- Faults are left out, and what follows.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/bad.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true',
  'csv.ignore-trailing-unmappable' = 'true'
);

SELECT * FROM t;
