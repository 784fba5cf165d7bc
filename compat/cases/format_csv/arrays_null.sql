-- Arrays null.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a ARRAY<INT>, b ARRAY<STRING>) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/arrays_null.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT * FROM t;
