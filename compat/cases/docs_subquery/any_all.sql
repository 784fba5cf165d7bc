-- ANY and ALL.
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

SELECT name FROM l WHERE v > ALL (SELECT k FROM r WHERE k < 10) UNION ALL SELECT name FROM l WHERE v = ANY (SELECT k FROM r) UNION ALL SELECT name FROM l WHERE k < SOME (SELECT v FROM r WHERE v < 4);
