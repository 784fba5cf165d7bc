-- Types of mixed arithmetic.
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

SELECT id, ti + si AS a, ti * i AS b, i + bi AS c, bi + f AS e, f + d AS g, f * ti AS h, dec10 + ti AS j, dec10 + f AS k, i / 2 AS l, i / 2.0 AS m, i / 2e0 AS n, 7 % ti AS o, -si AS p, bi / 1000 AS q FROM numbers WHERE id > 4 AND ti <> 0;
