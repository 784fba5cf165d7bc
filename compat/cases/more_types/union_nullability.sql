-- UNION ALL of different nullability and lengths.
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

SELECT k, 'lit' AS t, CAST(1 AS BIGINT) AS n FROM l WHERE v > 12 UNION ALL SELECT 1, name, CAST(NULL AS BIGINT) FROM l WHERE v < 4 UNION ALL SELECT CAST(NULL AS INT), CAST(NULL AS STRING), v FROM l WHERE v IS NULL;
