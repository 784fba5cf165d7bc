-- GREATEST and LEAST with NULL.
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

SELECT k, GREATEST(k, v) AS a, LEAST(k, v, 10) AS b FROM l;
