-- Functions of TIMESTAMP(9) in all years.
-- modes: streaming, batch

CREATE TABLE moments (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  n TIMESTAMP(9)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/moments.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT id, n + INTERVAL '1' DAY AS p, n - INTERVAL '13' MONTH AS m, EXTRACT(YEAR FROM n) AS y, EXTRACT(NANOSECOND FROM n) AS ns, FLOOR(n TO HOUR) AS f, CEIL(n TO SECOND) AS c, DATE_FORMAT(n, 'yyyy-MM-dd HH:mm:ss.SSSSSSSSS') AS t, TIMESTAMPDIFF(SECOND, n, TIMESTAMP '2024-01-01 00:00:00') AS diff, CAST(n AS DATE) AS d, CAST(n AS TIME) AS tt, CAST(n AS TIMESTAMP(7)) AS n7, CAST(n AS TIMESTAMP(6)) AS n6, CAST(n AS TIMESTAMP(3)) AS n3, CAST(n AS TIMESTAMP_LTZ(9)) AS ltz, CAST(n AS STRING) AS s, JSON_OBJECT('n' VALUE n) AS j, COALESCE(n, ts) AS co, CASE WHEN id > 5 THEN n ELSE CAST(ts AS TIMESTAMP(9)) END AS ca FROM moments WHERE id BETWEEN 2 AND 7 OR id > 9;
