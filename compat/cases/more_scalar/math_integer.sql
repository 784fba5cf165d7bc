-- Integer and DECIMAL arguments of mathematical functions.
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

SELECT id, ABS(ti) AS a, ABS(dec10) AS c, SIGN(i) AS e, SIGN(dec10) AS g, POWER(ti, 3) AS h, SQRT(ABS(dec10)) AS j, MOD(i, 10) AS k, ROUND(si, -1) AS l, TRUNCATE(dec10, 1) AS m, FLOOR(i) AS o, CEIL(f) AS p, BIN(ti) AS q, HEX(i) AS r, DEGREES(ti) AS s FROM numbers WHERE id BETWEEN 5 AND 40;
