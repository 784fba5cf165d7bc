-- BIN, HEX, UNHEX and integer bits as text.
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

SELECT id, BIN(si) AS b, HEX(i) AS h, HEX(CAST(ti AS STRING)) AS ht, CAST(UNHEX('466C6F7474') AS STRING) AS u FROM numbers WHERE id > 2;
