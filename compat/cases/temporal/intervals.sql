-- Adding intervals over month ends, leap days and midnights.
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

SELECT id, d + INTERVAL '1' MONTH AS m1, d - INTERVAL '1' YEAR AS y1, ts + INTERVAL '1' DAY AS d1, ts - INTERVAL '90' MINUTE AS mi, ts + INTERVAL '1 02:03:04.005' DAY TO SECOND AS ds, t + INTERVAL '2' HOUR AS t2, d + INTERVAL '3' DAY AS d3, ts + INTERVAL '1-2' YEAR TO MONTH AS ym
FROM moments WHERE id NOT IN (8, 9, 10);
