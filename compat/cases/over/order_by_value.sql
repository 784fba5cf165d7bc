-- OVER ordered by a column that is no time: ranks move, rows are taken back.
-- modes: streaming, batch

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

SELECT name, k, v, SUM(v) OVER (PARTITION BY k ORDER BY v) AS s FROM l WHERE v IS NOT NULL;
