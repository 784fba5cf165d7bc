-- A table that exists already.
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

CREATE TABLE l (a INT) WITH ('connector' = 'print');

SELECT * FROM l;
