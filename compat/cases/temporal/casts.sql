-- Casts between DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ and text.
-- modes: streaming, batch

CREATE TABLE moments (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  ts9 TIMESTAMP(9)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/moments.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT id, CAST(ts AS DATE) AS d1, CAST(ts AS TIME) AS t1, CAST(d AS TIMESTAMP(3)) AS ts1, CAST(ts9 AS TIMESTAMP(3)) AS t93, CAST(ts AS TIMESTAMP(6)) AS t6, CAST(ts AS TIMESTAMP_LTZ(3)) AS l, CAST(ts9 AS STRING) AS s9, CAST(CAST(d AS STRING) AS DATE) AS dr, CAST(t AS STRING) AS st, CAST(ts9 AS TIMESTAMP(0)) AS t0
FROM moments;
