-- A byte order mark before text.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a STRING, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/bom.csv',
  'format' = 'csv'
);

SELECT * FROM t;
