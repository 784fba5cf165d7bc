-- IN and NOT IN with two columns.
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

SELECT k, v, (CASE WHEN name > 'l30' THEN 1 ELSE 0 END) AS half FROM l WHERE (k, v) IN (SELECT k, v - 1 FROM r WHERE v IS NOT NULL AND k IS NOT NULL) OR k IS NULL;
