-- Rows.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a ROW<x INT, y STRING>, b INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/rows.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
