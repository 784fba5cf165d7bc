-- The legacy casts of numbers out of range.
-- modes: streaming, batch

SET 'table.exec.legacy-cast-behaviour' = 'ENABLED';

SELECT CAST(i AS TINYINT) AS a, CAST(i AS SMALLINT) AS b, CAST(f AS INT) AS c, CAST(f AS BIGINT) AS d, CAST(f AS DECIMAL(4, 1)) AS e, CAST(i AS DECIMAL(3, 0)) AS g, CASE WHEN CAST(i AS BOOLEAN) THEN 1 ELSE 0 END AS h, CAST(f AS FLOAT) AS k
FROM (SELECT CASE WHEN RAND() < 2 THEN i END AS i, CASE WHEN RAND() < 2 THEN f END AS f FROM (VALUES (1, 1.5e0), (300, 1e10), (70000, 1e20), (0, 0.05e0)) AS t(i, f));
