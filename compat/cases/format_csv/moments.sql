-- Moments.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (d DATE, t TIME, p TIMESTAMP(6), z TIMESTAMP_LTZ(3)) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/moments.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
