-- The types of these.
-- modes: streaming, batch

SELECT TYPEOF(a + b) AS s, TYPEOF(a * b) AS m, TYPEOF(a / b) AS q, TYPEOF(a % b) AS r, TYPEOF(c * c) AS cc, TYPEOF(c / b) AS cb, TYPEOF(c + a) AS ca, TYPEOF(a + 1) AS i, TYPEOF(a * 1e0) AS f, TYPEOF(ROUND(a, 1)) AS ro, TYPEOF(FLOOR(a)) AS fl, TYPEOF(-a) AS ne, TYPEOF(ABS(a)) AS ab, TYPEOF(COALESCE(a, c)) AS co, TYPEOF(1.50) AS l, TYPEOF(a / 2) AS h
FROM (SELECT CAST(12.345 AS DECIMAL(10, 3)) AS a, CAST(0.07 AS DECIMAL(5, 2)) AS b, CAST(1.5 AS DECIMAL(30, 5)) AS c) AS x;
