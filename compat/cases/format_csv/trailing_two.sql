-- Trailing two.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (a INT, b STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/trailing_two.csv',
  'format' = 'csv'
);

SELECT * FROM t;
