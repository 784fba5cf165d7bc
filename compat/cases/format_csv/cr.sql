-- Cr.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/cr.csv',
  'format' = 'csv'
);

SELECT * FROM t;
