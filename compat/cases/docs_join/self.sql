-- A table with itself.
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

SELECT a.name, b.name AS next_name FROM l AS a JOIN l AS b ON a.k = b.k + 1 WHERE a.v > b.v;
