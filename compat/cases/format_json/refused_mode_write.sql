-- A mode that is not there.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (m MAP<STRING, INT>) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/t',
  'format' = 'json',
  'json.map-null-key.mode' = 'KEEP'
);

INSERT INTO t SELECT MAP['a', 1];
