-- Arrays pipe.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a ARRAY<INT>, b ARRAY<STRING>) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/arrays_pipe.csv',
  'format' = 'csv',
  'csv.array-element-delimiter' = '|'
);

SELECT * FROM t;
