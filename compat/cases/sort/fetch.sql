-- OFFSET … FETCH.
-- modes: batch
-- ordered

CREATE TABLE l (
  k INT,
  name STRING,
  v INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_left.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT name FROM l ORDER BY name OFFSET 3 ROWS FETCH NEXT 5 ROWS ONLY;
