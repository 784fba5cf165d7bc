-- TopN over a union of two tables.
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

CREATE TABLE r (
  k INT,
  name STRING,
  v INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_right.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT side, name, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY side ORDER BY v DESC, name) AS rn FROM (SELECT 'l' AS side, name, v FROM l WHERE v IS NOT NULL UNION ALL SELECT 'r', name, v FROM r WHERE v IS NOT NULL)) WHERE rn <= 3;
