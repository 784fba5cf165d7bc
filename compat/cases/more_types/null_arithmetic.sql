-- NULL in every operator.
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

SELECT i + CAST(NULL AS INT) AS a, CAST(NULL AS STRING) || 'x' AS b, i > CAST(NULL AS INT) AS c, NOT CAST(NULL AS BOOLEAN) AS d, CAST(NULL AS INT) IS NULL AS e, i IN (1, CAST(NULL AS INT)) AS f, i NOT IN (7, CAST(NULL AS INT)) AS g, b AND CAST(NULL AS BOOLEAN) AS h, b OR CAST(NULL AS BOOLEAN) AS j, COALESCE(CAST(NULL AS INT), i) AS k, i BETWEEN CAST(NULL AS INT) AND 5 AS l, NULLIF(CAST(NULL AS INT), 1) AS m, CASE WHEN CAST(NULL AS BOOLEAN) THEN 1 ELSE 2 END AS n, id FROM numbers WHERE id < 9;
