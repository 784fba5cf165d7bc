-- Arrays.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a ARRAY<INT>, b ARRAY<STRING>) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/arrays.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
