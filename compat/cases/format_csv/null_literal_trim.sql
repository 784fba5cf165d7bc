-- Null literal trim.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/null_literal_trim.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA',
  'csv.trim-spaces' = 'true'
);

SELECT * FROM t;
