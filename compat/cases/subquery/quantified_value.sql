-- ANY and ALL as values.
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

SELECT name, k > ANY (SELECT k FROM r WHERE k < 30) AS a, k >= ALL (SELECT k FROM r WHERE k IS NOT NULL) AS b, k <> ANY (SELECT k FROM r) AS c, v = SOME (SELECT v FROM r) AS d, v <> ALL (SELECT v FROM r WHERE v IS NOT NULL) AS e FROM l;
