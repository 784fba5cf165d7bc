-- Moments.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (d DATE, t TIME, p TIMESTAMP(6), z TIMESTAMP_LTZ(3), n INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_moments.json',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
