-- Integer and DECIMAL division and remainder with signs.
-- modes: streaming, batch

SELECT a, b, a / b AS q, a % b AS m, CAST(a AS DOUBLE) / b AS f, CAST(a AS DECIMAL(10, 2)) / b AS d, MOD(a, b) AS mo
FROM (VALUES (7, 2), (-7, 2), (7, -2), (-7, -2), (0, 5), (CAST(NULL AS INT), 5)) AS t(a, b);
