-- CAST of every scalar type to STRING.
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

SELECT id, CAST(ti AS STRING) AS a, CAST(si AS STRING) AS b, CAST(bi AS STRING) AS c, CAST(f AS STRING) AS d, CAST(d AS STRING) AS e,
  CAST(dec10 AS STRING) AS f, CAST(dec38 AS STRING) AS g, CAST(dec18 AS STRING) AS h, CAST(b AS STRING) AS i, CAST(i AS VARCHAR(3)) AS short
FROM numbers;
