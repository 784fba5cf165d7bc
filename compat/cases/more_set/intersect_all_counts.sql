-- INTERSECT ALL and EXCEPT ALL keep counts.
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

(SELECT MOD(k, 4) AS m FROM l INTERSECT ALL SELECT MOD(k, 4) FROM r) EXCEPT ALL SELECT MOD(v, 4) FROM l WHERE v < 6;
