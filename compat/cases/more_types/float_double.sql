-- FLOAT with DOUBLE: arithmetic and comparison in both orders.
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

SELECT id, f - d AS a, d - f AS b, f * d AS c, d * f AS e, f / d AS g, d / f AS h, f + d AS i, f = d AS j, d = f AS k, f < d AS l, d <= f AS m FROM numbers WHERE id > 4 AND f <> 0 AND d <> 0;
