-- OVERLAPS, BETWEEN and IN over times.
-- modes: streaming, batch

CREATE TABLE moments (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  ts9 STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/moments.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT id, (ts, INTERVAL '1' DAY) OVERLAPS (TIMESTAMP '2024-02-29 00:00:00', TIMESTAMP '2024-03-01 00:00:00') AS a, d BETWEEN DATE '2023-12-31' AND DATE '2024-03-31' AS b, t IN (TIME '02:30:00', TIME '00:00:00') AS c, ts IN (TIMESTAMP '1970-01-01 00:00:00', TIMESTAMP '2024-03-31 02:30:00') AS e, CAST(ts9 AS TIMESTAMP(9)) > ts AS f, CAST(ts9 AS TIMESTAMP(9)) = ts AS g FROM moments WHERE id NOT IN (8, 9);
