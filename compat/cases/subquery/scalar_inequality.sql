-- Correlated aggregates with conditions other than equality.
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

SELECT name, (SELECT MAX(v) FROM r WHERE r.v < l.v) AS a, (SELECT COUNT(*) FROM r WHERE r.k = l.k AND r.v >= l.v) AS b FROM l;
