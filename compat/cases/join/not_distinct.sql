-- Join on IS NOT DISTINCT FROM pairs NULL with NULL.
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

SELECT l.name AS a, r.name AS b FROM l JOIN r ON l.k IS NOT DISTINCT FROM r.k;
