-- Empty lines.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/empty_lines.csv',
  'format' = 'csv'
);

SELECT * FROM t;
