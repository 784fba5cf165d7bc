-- IN and NOT IN as values: NULL where a NULL leaves it open.
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

SELECT name, k IN (SELECT k FROM r WHERE v > 10) AS a, k NOT IN (SELECT k FROM r WHERE v > 10) AS b, v IN (SELECT k FROM r WHERE k IS NOT NULL) AS c FROM l;
