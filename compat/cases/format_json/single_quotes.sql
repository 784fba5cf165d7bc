-- Single quotes.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_single_quotes.json',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
