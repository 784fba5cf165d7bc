-- ORDER BY over a union, by alias.
-- modes: batch
-- ordered

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

SELECT k AS key_, name FROM l WHERE v > 10 UNION ALL SELECT k, name FROM r WHERE v > 12 ORDER BY key_ DESC, name;
