-- NULLS FIRST and LAST.
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

SELECT k, v, name FROM l ORDER BY k NULLS LAST, v DESC NULLS FIRST, name;
