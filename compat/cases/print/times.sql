-- The print connector: dates, times and timestamps of all precisions.
-- modes: streaming, batch
-- printed

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

CREATE TABLE printed (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  ts9 TIMESTAMP(9),
  ts0 TIMESTAMP(0),
  l TIMESTAMP_LTZ(3)
) WITH (
  'connector' = 'print'
);

INSERT INTO printed SELECT id, d, t, ts, ts9, CAST(ts AS TIMESTAMP(0)), CAST(ts AS TIMESTAMP_LTZ(3)) FROM moments;
