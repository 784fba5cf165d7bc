-- COLLECT and ARRAY_AGG.
-- modes: streaming

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

SELECT k, ARRAY_AGG(v) AS a, ARRAY_AGG(DISTINCT v) AS d, COUNT(*) AS c FROM l GROUP BY k;
