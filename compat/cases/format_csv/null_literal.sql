-- Null literal.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/null_literal.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT * FROM t;
