-- Blanks before fields and comments.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a STRING, b STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/comments_blank.csv',
  'format' = 'csv',
  'csv.allow-comments' = 'true'
);

SELECT * FROM t;
