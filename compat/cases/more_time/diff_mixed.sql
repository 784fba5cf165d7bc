-- Differences of DATE, TIMESTAMP and both.
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

SELECT id, TIMESTAMPDIFF(DAY, d, ts) AS a, TIMESTAMPDIFF(DAY, d, DATE '2024-03-01') AS b, TIMESTAMPDIFF(SECOND, ts, TIMESTAMP '2024-01-01 00:00:00') AS c, d = CAST(ts AS DATE) AS h FROM moments WHERE id NOT IN (8, 9, 10, 11);
