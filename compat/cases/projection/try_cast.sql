-- TRY_CAST gives NULL where CAST would fail.
-- modes: streaming, batch

CREATE TABLE words (
  id INT,
  w STRING,
  sub STRING,
  n INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/words.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT id, w, TRY_CAST(w AS INT) AS i, TRY_CAST(w AS DOUBLE) AS d, TRY_CAST(w AS DECIMAL(5, 1)) AS de, TRY_CAST(w AS BOOLEAN) AS b,
  TRY_CAST(w AS DATE) AS da, TRY_CAST(w AS TIMESTAMP(3)) AS ts, TRY_CAST(w AS TIME) AS ti
FROM words;
