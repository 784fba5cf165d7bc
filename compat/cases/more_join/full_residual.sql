-- Full join with a residual and a filter afterwards.
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

SELECT l.k, r.k AS rk, l.v, r.v AS rv FROM l FULL JOIN r ON l.k = r.k AND l.v + r.v > 15 WHERE COALESCE(l.v, r.v) > 5;
