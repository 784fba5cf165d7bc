-- FLOAT and DOUBLE as text: shortest digits, exponents, infinities.
-- modes: streaming, batch

SELECT x, CAST(x AS FLOAT) AS f, CAST(x AS STRING) AS s, x * 1e300 * 1e300 AS inf, x / 3 AS third
FROM (VALUES (1e0), (-0.1e0), (1e7), (9999999e0), (1e-3), (0.00099e0), (123456789012345e0), (1e22), (3.4e38), (1e-45), (0e0)) AS t(x);
