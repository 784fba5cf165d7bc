-- Missing.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_missing.json',
  'format' = 'json',
  'json.fail-on-missing-field' = 'true'
);

SELECT * FROM t;
