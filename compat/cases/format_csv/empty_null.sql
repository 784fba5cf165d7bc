-- Empty null.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/empty_null.csv',
  'format' = 'csv',
  'csv.empty-string-as-null' = 'true'
);

SELECT * FROM t;
