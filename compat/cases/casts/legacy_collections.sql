-- The legacy casts of rows, arrays and maps to text.
-- modes: streaming, batch

SET 'table.exec.legacy-cast-behaviour' = 'ENABLED';

SELECT CAST(ARRAY[i, 2] AS STRING) AS a, CAST(MAP['x', i] AS STRING) AS b, CAST(ROW(i, d, b) AS STRING) AS c, CAST(ARRAY[b] AS STRING) AS d, CAST(ARRAY[NULLIF(i, 1)] AS STRING) AS e, CAST(ROW(NULLIF(i, 1), ROW(i, f)) AS STRING) AS f
FROM (SELECT CASE WHEN RAND() < 2 THEN i END AS i, CASE WHEN RAND() < 2 THEN f END AS f, CASE WHEN RAND() < 2 THEN i > 0 END AS b, CASE WHEN RAND() < 2 THEN d END AS d, CASE WHEN RAND() < 2 THEN ts END AS ts, CASE WHEN RAND() < 2 THEN x END AS x FROM (VALUES (1, 1.5e0, 12.30, TIMESTAMP '2024-02-29 12:34:56.780', x'4142'), (-12345, -0e0, -0.05, TIMESTAMP '1969-12-31 23:59:59.000', x'4344')) AS t(i, f, d, ts, x));
