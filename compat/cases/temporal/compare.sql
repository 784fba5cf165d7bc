-- Comparisons and BETWEEN over dates, times and timestamps; OVERLAPS.
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

SELECT id, d < DATE '2024-01-01' AS a, ts BETWEEN TIMESTAMP '2023-12-31 00:00:00' AND TIMESTAMP '2024-12-31 00:00:00' AS b, t >= TIME '12:00:00' AS c, ts9 = CAST(ts AS TIMESTAMP(9)) AS e, d = CAST(ts AS DATE) AS f, (ts, INTERVAL '1' DAY) OVERLAPS (TIMESTAMP '2024-02-28 18:00:00', INTERVAL '1' DAY) AS o
FROM moments;
