-- Empty lines two.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/empty_lines_two.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
