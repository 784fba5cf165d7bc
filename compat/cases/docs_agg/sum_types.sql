-- The types of SUM and AVG.
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

SELECT SUM(ti) AS ti, SUM(si) AS si, AVG(ti) AS ati, AVG(si) AS asi, AVG(CAST(id AS BIGINT)) AS ab, AVG(dec10) AS ad, SUM(dec10) AS sd, SUM(CAST(dec10 AS DECIMAL(20, 5))) AS s20 FROM numbers WHERE id > 3;
