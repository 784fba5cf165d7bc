-- Numbers.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a TINYINT, b SMALLINT, c INT, d FLOAT, e DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/numbers.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
