-- Empty lines ignored.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/empty_lines_ignored.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
