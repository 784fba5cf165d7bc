-- A key is NULL and left out.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (m MAP<STRING, INT>, q MAP<STRING, INT>) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/t',
  'format' = 'json',
  'json.map-null-key.mode' = 'DROP'
);

INSERT INTO t SELECT MAP['a', 1, CAST(NULL AS STRING), 2], MAP['b', CAST(NULL AS INT)];
