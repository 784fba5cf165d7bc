-- A byte order mark.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/bom.csv',
  'format' = 'csv'
);

SELECT * FROM t;
