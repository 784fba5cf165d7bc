-- A column that CSV has not.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (a INT, b MAP<STRING, STRING>, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/plain.csv',
  'format' = 'csv'
);

SELECT * FROM t;
