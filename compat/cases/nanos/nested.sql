-- TIMESTAMP(9) inside of arrays, maps and rows.
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

SELECT id, ARRAY[n, ts] AS a, MAP[n, id] AS m, ROW(n, id) AS r, ARRAY[n][1] = n AS e, ARRAY_CONTAINS(ARRAY[n], n) AS c, ARRAY_SORT(ARRAY[n, TIMESTAMP '2000-01-01 00:00:00.000000001']) AS s FROM moments WHERE n IS NOT NULL;
