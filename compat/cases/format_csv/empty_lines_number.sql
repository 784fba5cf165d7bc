-- Empty lines number.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (a INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/empty_lines_number.csv',
  'format' = 'csv'
);

SELECT * FROM t;
