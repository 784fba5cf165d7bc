-- Comparison of mixed types.
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

SELECT id, i = dec10 AS a, f = d AS c, ti < 1.5 AS e, bi > 1e3 AS g, dec10 >= f AS h, dec18 BETWEEN 0 AND 0.5 AS k, i <> ti AS l, d = 0.1 AS m, f = 0.1 AS n FROM numbers;
