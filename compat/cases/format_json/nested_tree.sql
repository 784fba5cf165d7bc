-- Nested, older parser.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (r ROW<x INT, y ROW<z STRING>>, g ARRAY<ROW<k INT>>, m MAP<STRING, INT>) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_nested.json',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true',
  'json.decode.json-parser.enabled' = 'false'
);

SELECT * FROM t;
