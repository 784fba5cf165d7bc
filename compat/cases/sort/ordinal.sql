-- ORDER BY an ordinal.
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

SELECT name, v FROM l ORDER BY 2 DESC, 1;
