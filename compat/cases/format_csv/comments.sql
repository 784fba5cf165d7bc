-- Comments.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/comments.csv',
  'format' = 'csv',
  'csv.allow-comments' = 'true',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
