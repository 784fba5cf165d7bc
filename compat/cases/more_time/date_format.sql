-- DATE_FORMAT with many patterns.
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

SELECT id, DATE_FORMAT(ts, 'yyyy/MM/dd') AS a, DATE_FORMAT(ts, 'yy-M-d H:m:s') AS b, DATE_FORMAT(ts, 'EEE, dd MMM yyyy') AS c, DATE_FORMAT(ts, 'hh:mm a') AS e, DATE_FORMAT(ts, 'DDD') AS f, DATE_FORMAT(ts, 'SSS') AS g, DATE_FORMAT(ts, '''Q''') AS h, DATE_FORMAT(CAST(ts9 AS TIMESTAMP(9)), 'HHmmss.SSSSSS') AS j, DATE_FORMAT(ts, 'EEEE MMMM') AS k, DATE_FORMAT(CAST(ts AS STRING), 'dd.MM.yyyy') AS l FROM moments WHERE id NOT IN (8, 9, 10);
