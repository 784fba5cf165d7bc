-- Division and remainder of negative numbers.
-- modes: streaming, batch

SELECT a / b AS q, a % b AS r, MOD(a, b) AS m, MOD(CAST(a AS DECIMAL(5, 1)), b) AS md, a / CAST(b AS DOUBLE) AS f, CAST(a AS DECIMAL(5, 1)) / b AS d FROM (VALUES (7, 2), (-7, 2), (7, -2), (-7, -2), (0, 5)) AS v(a, b);
