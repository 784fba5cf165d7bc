-- A delimiter by its code.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/ctrl.csv',
  'format' = 'csv',
  'csv.field-delimiter' = '\u0001'
);

SELECT * FROM t;
