-- A table whose catalog has no versions.
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

SELECT * FROM l FOR SYSTEM_TIME AS OF TIMESTAMP '2024-01-01 00:00:00';
