-- Types that arithmetic and aggregates come to.
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

SELECT SUM(ti) AS sti, SUM(si) AS ssi, SUM(f) AS sf, AVG(ti) AS ati, AVG(f) AS af, AVG(dec10) AS adec, SUM(dec10) AS sdec, COUNT(*) AS c, MAX(dec18) AS mx, MIN(b) AS mb, MAX(f) AS mf
FROM numbers
WHERE id BETWEEN 5 AND 40 AND id NOT IN (7, 8, 9);
