-- Types that meet in a UNION.
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

SELECT id, x FROM (SELECT id, CAST(ti AS TINYINT) AS x FROM numbers WHERE id < 4 UNION ALL SELECT id, i FROM numbers WHERE id < 4 UNION ALL SELECT id, bi FROM numbers WHERE id < 4) AS q;
