-- Mathematical functions over small numbers.
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

SELECT id, ABS(i) AS a, SIGN(i) AS sg, MOD(i, 7) AS m, POWER(si, 2) AS p, SQRT(ABS(CAST(si AS DOUBLE))) AS sq, FLOOR(d) AS fl, CEIL(d) AS ce,
  ROUND(d, 1) AS r1, ROUND(dec10, 1) AS rd, ROUND(i, -2) AS ri, TRUNCATE(d, 1) AS t1, FLOOR(dec10) AS fd, CEILING(dec10) AS cd
FROM numbers
WHERE id > 2;
