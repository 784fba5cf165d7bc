-- LEFT JOIN LATERAL with an aggregate.
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

SELECT a.name, t.m, t.n FROM l AS a LEFT JOIN LATERAL (SELECT MAX(v) AS m, COUNT(*) AS n FROM r WHERE r.k = a.k) AS t ON TRUE;
