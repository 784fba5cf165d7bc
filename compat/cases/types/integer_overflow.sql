-- Integer arithmetic wraps around.
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

SELECT id, i + 1 AS i1, bi + 1 AS b1, ti + CAST(1 AS TINYINT) AS t1, si * CAST(2 AS SMALLINT) AS s2, i * i AS ii, bi * 2 AS b2, -i AS ni, ABS(i) AS ai FROM numbers;
