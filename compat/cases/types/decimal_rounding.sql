-- CAST rounds half up, away from zero; division keeps six digits at least.
-- modes: streaming, batch

SELECT x, CAST(x AS DECIMAL(5, 1)) AS d1, CAST(x AS DECIMAL(5, 0)) AS d0, CAST(x AS INT) AS i, x / 7 AS s, ROUND(x, 1) AS r, 1 / CAST(3 AS DECIMAL(38, 10)) AS t, CAST(1 AS DECIMAL(10, 0)) / 3 AS u
FROM (VALUES (0.05), (0.15), (-0.05), (-1.25), (2.50), (2.45), (99.95)) AS t(x);
