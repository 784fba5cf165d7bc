-- IN lists of mixed numeric types over nullable columns.
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

SELECT id, ti IN (1, 7, 3) AS a, dec10 IN (1, 0.01, 7) AS b, i IN (1, 70000) AS c, d IN (0.1e0, 7e0) AS e, bi NOT IN (1, 5000000000) AS g FROM numbers;
