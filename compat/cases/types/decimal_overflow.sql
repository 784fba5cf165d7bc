-- DECIMAL results beyond 38 digits are NULL.
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

SELECT id, dec38 * 10 AS ten, dec38 * dec38 AS sq, dec38 + dec38 AS twice, CAST(dec38 AS DECIMAL(20, 0)) AS d20, CAST(dec10 AS DECIMAL(4, 2)) AS d4, CAST(d AS DECIMAL(10, 3)) AS from_double FROM numbers;
