-- JSON aggregates of several types, with NULL and ABSENT ON NULL.
-- modes: streaming, batch
-- parallelism: 1

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

SELECT JSON_ARRAYAGG(ti NULL ON NULL) AS a, JSON_ARRAYAGG(dec10) AS b, JSON_OBJECTAGG(KEY CAST(id AS STRING) VALUE d ABSENT ON NULL) AS c, JSON_ARRAYAGG(JSON_OBJECT(KEY 'i' VALUE i, KEY 'b' VALUE b)) AS d, JSON_OBJECTAGG(KEY CAST(id AS STRING) VALUE bi) AS e FROM numbers;
