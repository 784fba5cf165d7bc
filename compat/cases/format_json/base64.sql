-- Blanks in base64.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a BYTES, n INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_base64.json',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
