-- The print connector: numbers, text, booleans, NULL.
-- modes: streaming, batch
-- printed

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

CREATE TABLE printed (
  id INT,
  ti TINYINT,
  bi BIGINT,
  f FLOAT,
  d DOUBLE,
  dec10 DECIMAL(10, 2),
  dec38 DECIMAL(38, 0),
  b BOOLEAN,
  s STRING
) WITH (
  'connector' = 'print'
);

INSERT INTO printed SELECT id, ti, bi, f, d, dec10, dec38, b, 'it''s ' || CAST(id AS STRING) FROM numbers;
