-- The legacy casts of values to text.
-- modes: streaming, batch

SET 'table.exec.legacy-cast-behaviour' = 'ENABLED';

SELECT CAST(i AS STRING) AS a, CAST(i AS CHAR(5)) AS b, CAST(i AS VARCHAR(2)) AS c, CAST(f AS STRING) AS d, CAST(b AS STRING) AS e, CAST(b AS CHAR(2)) AS g, CAST(d AS STRING) AS h, CAST(ts AS STRING) AS j, CAST(x AS STRING) AS k, CAST(ts AS VARCHAR(4)) AS l, CAST(ts AS DATE) AS m
FROM (SELECT CASE WHEN RAND() < 2 THEN i END AS i, CASE WHEN RAND() < 2 THEN f END AS f, CASE WHEN RAND() < 2 THEN i > 0 END AS b, CASE WHEN RAND() < 2 THEN d END AS d, CASE WHEN RAND() < 2 THEN ts END AS ts, CASE WHEN RAND() < 2 THEN x END AS x FROM (VALUES (1, 1.5e0, 12.30, TIMESTAMP '2024-02-29 12:34:56.780', x'4142'), (-12345, -0e0, -0.05, TIMESTAMP '1969-12-31 23:59:59.000', x'4344')) AS t(i, f, d, ts, x));
