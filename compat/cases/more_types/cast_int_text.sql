-- Text to integers: spaces, signs, points, too large.
-- modes: streaming, batch

SELECT TRY_CAST(x AS INT) AS i, TRY_CAST(x AS BIGINT) AS b, TRY_CAST(x AS TINYINT) AS t, TRY_CAST(x AS DECIMAL(6, 2)) AS d, TRY_CAST(x AS DOUBLE) AS f, TRY_CAST(x AS BOOLEAN) AS o, x FROM (VALUES ('1'), (' 12 '), ('+3'), ('-0'), ('1.9'), ('1e2'), ('2147483648'), ('128'), (''), ('abc'), ('NaN'), ('Infinity'), ('1_000'), ('0x10'), ('true'), ('yes'), ('TRUE'), (' false'), ('99999.999'), ('.5'), ('5.'), ('-')) AS v(x);
