-- TIMESTAMP_LTZ shows the session time zone, over both switches of summer time.
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

SET 'table.local-time-zone' = 'Europe/Berlin';

SELECT id, CAST(ts AS TIMESTAMP_LTZ(3)) AS l, CAST(CAST(ts AS TIMESTAMP_LTZ(3)) AS STRING) AS s, TO_TIMESTAMP_LTZ(1711848600000 + id * 1800000, 3) AS spring, CAST(TO_TIMESTAMP_LTZ(1729987200000 + id * 1800000, 3) AS TIMESTAMP(3)) AS autumn, CONVERT_TZ(CAST(ts AS STRING), 'UTC', 'America/New_York') AS ny, FROM_UNIXTIME(id) AS fu, UNIX_TIMESTAMP('2024-07-01 00:00:00') AS u, HOUR(TO_TIMESTAMP_LTZ(1711848600000 + id * 1800000, 3)) AS h
FROM moments WHERE id NOT IN (8, 9, 10, 11);
