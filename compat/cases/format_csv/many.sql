-- Many.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/many.csv',
  'format' = 'csv'
);

SELECT * FROM t;
