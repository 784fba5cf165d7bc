-- BOOLEAN to and from numbers and text.
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

SELECT id, CAST(b AS INT) AS a, CAST(b AS STRING) AS c, CAST(b AS DECIMAL(3, 1)) AS d, CAST(b AS DOUBLE) AS e, CAST(i AS BOOLEAN) AS f, CAST(ti AS BOOLEAN) AS g, CAST(b AS CHAR(6)) AS h, b = TRUE AS j, b IS NOT TRUE AS k FROM numbers WHERE id < 12;
