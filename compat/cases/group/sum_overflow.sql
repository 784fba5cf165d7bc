-- SUM of integers wraps around; SUM of DECIMAL(38) beyond its range is NULL.
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

SELECT id > 7 AS g, SUM(i) AS si, SUM(bi) AS sb, SUM(ti) AS st, SUM(dec38) AS sd FROM numbers WHERE id IN (2, 5, 7, 8, 9, 10) GROUP BY id > 7;
