-- UNION ALL of different types finds the common one.
-- modes: streaming, batch

CREATE TABLE l (
  k INT,
  name STRING,
  v INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_left.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

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

SELECT k, name FROM l UNION ALL SELECT bi, CAST(d AS STRING) FROM numbers UNION ALL SELECT dec10, note FROM (VALUES (CAST(1.50 AS DECIMAL(5, 2)), 'x')) AS t(dec10, note);
