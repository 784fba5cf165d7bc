-- DATE_FORMAT and TO_TIMESTAMP and TO_DATE with patterns.
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

SELECT id, DATE_FORMAT(ts, 'yyyy-MM-dd HH:mm') AS a, DATE_FORMAT(ts, 'dd/MM/yy HH:mm:ss.SSS') AS b, DATE_FORMAT(ts, 'yyyyMMdd') AS c, TO_TIMESTAMP(DATE_FORMAT(ts, 'yyyy-MM-dd HH:mm:ss')) AS r, TO_DATE(CAST(d AS STRING)) AS td, TO_TIMESTAMP('29.02.2024 13:14', 'dd.MM.yyyy HH:mm') AS p, TO_TIMESTAMP('no time') AS bad, TO_DATE('31/12/2023', 'dd/MM/yyyy') AS dp
FROM moments WHERE id NOT IN (8, 10);
