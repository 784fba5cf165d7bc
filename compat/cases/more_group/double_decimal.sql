-- Sums and averages of each numeric type.
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

SELECT b, COUNT(ti) AS n, SUM(ti) AS a, AVG(ti) AS a2, SUM(si) AS c, AVG(si) AS c2, AVG(i) AS d, AVG(bi) AS e, SUM(dec10) AS f, AVG(dec10) AS g, AVG(dec18) AS h, SUM(dec18) AS j, MIN(f) AS k, MAX(d) AS l FROM numbers WHERE id > 10 GROUP BY b;
