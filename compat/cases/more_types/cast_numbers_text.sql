-- Numbers to text and CHAR.
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

SELECT id, CAST(f AS STRING) AS a, CAST(d AS STRING) AS c, CAST(dec10 AS STRING) AS e, CAST(dec18 AS STRING) AS g, CAST(bi AS VARCHAR(5)) AS h, CAST(ti AS CHAR(4)) AS j, CAST(dec10 * 10 AS STRING) AS k FROM numbers;
