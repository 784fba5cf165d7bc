-- An aggregate over UNION ALL of three inputs.
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

SELECT side, COUNT(*) AS n, SUM(v) AS s FROM (SELECT 'left' AS side, v FROM l UNION ALL SELECT 'right', v FROM r UNION ALL SELECT 'both', l.v FROM l JOIN r ON l.k = r.k) GROUP BY side;
