-- Arrays trim.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a ARRAY<INT>, b ARRAY<STRING>) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/arrays_trim.csv',
  'format' = 'csv',
  'csv.trim-spaces' = 'true'
);

SELECT * FROM t;
