-- EXISTS as a value, also with an inequality.
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

SELECT name, EXISTS (SELECT 1 FROM r WHERE r.k = l.k) AS a, EXISTS (SELECT 1 FROM r WHERE r.v > l.v + 5) AS b, NOT EXISTS (SELECT 1 FROM r WHERE r.k = l.k AND r.v < l.v) AS c FROM l;
