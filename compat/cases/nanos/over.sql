-- LAG and an extreme over rows in the order of TIMESTAMP(9).
-- modes: batch

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

SELECT id, n, LAG(n) OVER (ORDER BY n) AS b, MAX(n) OVER (ORDER BY n ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS m FROM moments WHERE n IS NOT NULL;
