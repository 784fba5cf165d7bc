-- Bytes.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a BYTES, b INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/bytes.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
