-- Arithmetic without FROM, and a row of constants joined.
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

SELECT l.k * c.f AS x, c.label FROM l CROSS JOIN (SELECT 3 AS f, 'three' AS label) AS c WHERE l.k > c.f * 5;
