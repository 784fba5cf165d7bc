-- MULTI_JOIN of three tables.
-- modes: streaming

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

SELECT /*+ MULTI_JOIN(a, b, c) */ a.name, b.name AS b, c.name AS c FROM l AS a LEFT JOIN r AS b ON a.k = b.k LEFT JOIN l AS c ON a.k = c.k;
