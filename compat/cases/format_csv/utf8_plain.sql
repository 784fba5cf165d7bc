-- Bytes that are no UTF-8, and no ignoring.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (a INT, b STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/utf8.csv',
  'format' = 'csv'
);

SELECT * FROM t;
