-- Keys of different numeric types are compared as numbers.
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

SELECT l.name, n.id FROM l JOIN numbers AS n ON l.k = n.si;
