-- Blanks around moments.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (p TIMESTAMP(6), z TIMESTAMP_LTZ(3), t TIME, u TIME) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/moments_blank.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
