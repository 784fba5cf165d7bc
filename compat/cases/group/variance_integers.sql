-- Variances and averages of integers are cut off in their type.
-- modes: streaming, batch
-- digits: 12

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

SELECT STDDEV_POP(ti) AS a, VAR_POP(ti) AS b, STDDEV_SAMP(si) AS c, VAR_SAMP(si) AS d, VAR_POP(i) AS e, STDDEV_POP(dec10) AS f, AVG(bi) AS g, STDDEV_SAMP(i) AS h FROM numbers WHERE id < 10;
