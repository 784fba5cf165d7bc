-- Keys of FLOAT, DOUBLE and DECIMAL.
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

SELECT f, d, dec10, COUNT(*) AS n FROM numbers GROUP BY f, d, dec10;
