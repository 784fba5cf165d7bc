-- Escaped characters.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/escape.csv',
  'format' = 'csv',
  'csv.escape-character' = '\'
);

SELECT * FROM t;
