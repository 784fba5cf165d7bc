-- Missing nested.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (r ROW<x INT, y INT>) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_missing_nested.json',
  'format' = 'json',
  'json.fail-on-missing-field' = 'true'
);

SELECT * FROM t;
