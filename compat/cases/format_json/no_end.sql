-- No end.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_no_end.json',
  'format' = 'json'
);

SELECT * FROM t;
