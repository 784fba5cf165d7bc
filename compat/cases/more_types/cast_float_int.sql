-- DOUBLE and DECIMAL to integers.
-- modes: streaming, batch

SELECT CAST(x AS INT) AS i, CAST(x AS BIGINT) AS b, CAST(x AS TINYINT) AS t, CAST(x AS SMALLINT) AS s, CAST(x AS DECIMAL(5, 1)) AS d, CAST(x AS FLOAT) AS f, x FROM (VALUES (1.5e0), (-1.5e0), (2.5e0), (127.9e0), (-128.9e0), (300e0), (1e10), (-1e10), (0.1e0), (99999.96e0), (9999.949e0), (CAST(NULL AS DOUBLE))) AS v(x);
