-- Every type from csv.
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

SELECT MAX(ti) AS a, MIN(si) AS b, MAX(i) AS c, MIN(bi) AS d, MAX(f) AS e, MIN(d) AS g, MAX(dec38) AS h, MIN(dec18) AS j, COUNT(b) AS k FROM numbers;
