-- CASE over types that do not meet.
-- modes: streaming, batch
-- refused: streaming, batch

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

SELECT CASE WHEN k > 1 THEN 1 ELSE DATE '2024-01-01' END AS c FROM l;
