-- COUNT(DISTINCT) leaves NULL out, DISTINCT in SELECT keeps it.
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

SELECT COUNT(DISTINCT k) AS d, COUNT(k) AS n, COUNT(*) AS c, COUNT(DISTINCT v) AS dv FROM l;
