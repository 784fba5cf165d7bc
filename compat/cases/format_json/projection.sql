-- A column that is not asked for is bad.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_projection.json',
  'format' = 'json'
);

SELECT a FROM t;
