-- CROSS JOIN with a small table.
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

SELECT l.name, x.f FROM l CROSS JOIN (VALUES (1), (2), (3)) AS x(f) WHERE l.k < 6;
