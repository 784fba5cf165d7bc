-- Lines like comments.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a STRING, b STRING, c STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/comments.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
