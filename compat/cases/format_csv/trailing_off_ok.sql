-- Trailing off ok.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/trailing_off_ok.csv',
  'format' = 'csv',
  'csv.allow-trailing-comma' = 'false'
);

SELECT * FROM t;
