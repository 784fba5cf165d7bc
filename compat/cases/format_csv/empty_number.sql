-- Empty number.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (b STRING, a INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/empty_number.csv',
  'format' = 'csv'
);

SELECT * FROM t;
