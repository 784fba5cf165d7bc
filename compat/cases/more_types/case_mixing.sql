-- CASE, COALESCE and IF over mixed numeric types.
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

SELECT id, CASE WHEN id > 10 THEN ti WHEN id > 5 THEN i ELSE bi END AS a, COALESCE(ti, i, 0) AS b, COALESCE(dec10, i) AS c, COALESCE(f, d) AS d, IF(b, i, 1.5) AS e, CASE WHEN b THEN dec10 ELSE dec18 END AS g, NULLIF(i, 7) AS h, COALESCE(i, 1.25) AS j, IF(id > 5, dec10, d) AS k FROM numbers WHERE id > 2;
