-- Keys that are no text.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (m MAP<INT, INT>) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_defaults.json',
  'format' = 'json'
);

SELECT * FROM t;
