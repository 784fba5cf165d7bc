-- Null literal empty.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/null_literal_empty.csv',
  'format' = 'csv',
  'csv.null-literal' = ''
);

SELECT * FROM t;
