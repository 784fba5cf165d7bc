-- A standard that is not there.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_defaults.json',
  'format' = 'json',
  'json.timestamp-format.standard' = 'iso'
);

SELECT * FROM t;
