-- ROW, ARRAY and MAP constructed from columns.
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

SELECT name, ROW(k, v) AS r, ARRAY[k, v, 0] AS a, MAP['k', k, 'v', v] AS m, (name, k) AS p, ARRAY[ROW(k, name)] AS ar, CAST(ROW(k, v) AS ROW<x BIGINT, y STRING>) AS cr, CAST(ARRAY[k, v] AS ARRAY<STRING>) AS ca
FROM l;
