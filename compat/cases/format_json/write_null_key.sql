-- A key is NULL.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (m MAP<STRING, INT>, q MAP<STRING, INT>) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/t',
  'format' = 'json'
);

INSERT INTO t SELECT MAP['a', 1, CAST(NULL AS STRING), 2], MAP['b', CAST(NULL AS INT)];
