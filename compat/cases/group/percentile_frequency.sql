-- PERCENTILE with a frequency and FILTER.
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

SELECT PERCENTILE(i, 0.25, ti) AS a, PERCENTILE(si, 0.75) AS b, PERCENTILE(d, 0.5) FILTER (WHERE id > 3) AS c, PERCENTILE(dec10, ARRAY[0.1, 0.5, 0.9]) AS e FROM numbers;
