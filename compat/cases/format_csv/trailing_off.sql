-- Trailing off.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (a INT, b STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/trailing_off.csv',
  'format' = 'csv',
  'csv.allow-trailing-comma' = 'false'
);

SELECT * FROM t;
