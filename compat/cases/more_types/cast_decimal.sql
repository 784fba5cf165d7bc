-- DECIMAL to other DECIMAL and integers.
-- modes: streaming, batch

SELECT CAST(x AS DECIMAL(4, 1)) AS a, CAST(x AS DECIMAL(10, 0)) AS b, CAST(x AS INT) AS c, CAST(x AS DOUBLE) AS d, CAST(x AS STRING) AS e, CAST(x AS TINYINT) AS f, ROUND(x, 1) AS g, FLOOR(x) AS h, CEIL(x) AS j, TRUNCATE(x, 1) AS k, -x AS l, ABS(x) AS m, SIGN(x) AS n FROM (VALUES (1.25), (-1.25), (999.95), (-999.95), (0.05), (-0.05), (127.50), (1000.00), (CAST(NULL AS DECIMAL(6, 2)))) AS v(x);
