-- AVG of every numeric type.
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

SELECT MOD(id, 3) AS g, AVG(ti) AS a, AVG(si) AS b, AVG(i) AS c, AVG(bi) AS d, AVG(f) AS e, AVG(d) AS f, AVG(dec10) AS g10, AVG(dec18) AS g18, SUM(dec38) AS s38 FROM numbers WHERE id > 10 GROUP BY MOD(id, 3);
