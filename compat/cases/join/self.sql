-- A table joined with itself.
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

SELECT a.name AS x, b.name AS y FROM l AS a JOIN l AS b ON a.k = b.k AND a.name < b.name;
