-- Booleans, older parser.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (o BOOLEAN, n INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_booleans.json',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true',
  'json.decode.json-parser.enabled' = 'false'
);

SELECT * FROM t;
