-- FLOOR and CEIL of times to units.
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

SELECT id, FLOOR(ts TO MINUTE) AS fm, FLOOR(ts TO HOUR) AS fh, FLOOR(ts TO DAY) AS fd, FLOOR(d TO MONTH) AS fmo, FLOOR(d TO YEAR) AS fy, CEIL(ts TO HOUR) AS ch, CEIL(d TO MONTH) AS cmo, FLOOR(t TO HOUR) AS ft, FLOOR(d TO WEEK) AS fw, FLOOR(d TO QUARTER) AS fq
FROM moments WHERE id NOT IN (8, 9, 10);
