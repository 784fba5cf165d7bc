-- Columns that are not asked for.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/plain.csv',
  'format' = 'csv'
);

SELECT c FROM t;
