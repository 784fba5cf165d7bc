-- NULL inside.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (r ROW<x INT, y ROW<z INT>>, g ARRAY<ROW<k INT>>, m MAP<STRING, INT>) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/t',
  'format' = 'json',
  'json.encode.ignore-null-fields' = 'true'
);

INSERT INTO t SELECT ROW(CAST(NULL AS INT), ROW(CAST(NULL AS INT))), ARRAY[ROW(CAST(NULL AS INT))], MAP['a', CAST(NULL AS INT)];
