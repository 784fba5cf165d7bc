-- COALESCE, NULLIF, IF, IFNULL, GREATEST and LEAST.
-- modes: streaming, batch

CREATE TABLE numbers (
  id INT,
  ti TINYINT,
  si SMALLINT,
  i INT,
  bi BIGINT,
  f FLOAT,
  d DOUBLE,
  dec10 DECIMAL(10, 2),
  dec38 DECIMAL(38, 0),
  dec18 DECIMAL(18, 18),
  b BOOLEAN
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/numbers.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT id, COALESCE(ti, si, -1) AS c, NULLIF(ti, 3) AS nu, IF(i > 0, 'pos', 'not') AS f, IFNULL(bi, 0) AS inl,
  GREATEST(si, CAST(ti AS SMALLINT), CAST(0 AS SMALLINT)) AS g, LEAST(i, 5, -5) AS l
FROM numbers;
