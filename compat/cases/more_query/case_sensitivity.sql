-- Functions in lower case, keywords in mixed case.
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

sElEcT upper(Name) as N, coalesce(K, 0) as k From (Select name as Name, k as K From l) As t wHeRe K iS nOt nULL;
