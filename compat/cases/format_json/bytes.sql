-- Bytes.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a BYTES, n INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_bytes.json',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
