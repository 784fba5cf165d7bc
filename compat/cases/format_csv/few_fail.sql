-- Few fail.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/few_fail.csv',
  'format' = 'csv',
  'csv.fail-on-missing-columns' = 'true'
);

SELECT * FROM t;
