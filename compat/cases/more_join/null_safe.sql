-- IS NOT DISTINCT FROM with two keys, in a left join.
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

SELECT l.name, r.name AS rn, l.k, l.v FROM l LEFT JOIN r ON l.k IS NOT DISTINCT FROM r.k AND l.v IS NOT DISTINCT FROM r.v;
