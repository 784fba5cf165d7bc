-- UNION of VALUES and a table.
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

SELECT k, name FROM l WHERE k < 4 UNION ALL VALUES (100, 'hundred'), (200, 'x');
