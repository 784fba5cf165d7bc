-- Row few.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (a ROW<x INT, y STRING>, b INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/row_few.csv',
  'format' = 'csv'
);

SELECT * FROM t;
