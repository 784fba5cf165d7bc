-- Overflow of each integer type and of casts.
-- modes: streaming, batch

SELECT a + CAST(1 AS TINYINT) AS t, b * CAST(2 AS SMALLINT) AS s, c + 1 AS i, c * c AS ii, d + 1 AS l, d * 2 AS ll, -e AS ne, ABS(e) AS ab, CAST(d AS INT) AS di, CAST(c AS TINYINT) AS ct, e - 1 AS em, MOD(e, -1) AS mo FROM (SELECT CAST(127 AS TINYINT) AS a, CAST(32767 AS SMALLINT) AS b, 2147483647 AS c, 9223372036854775807 AS d, CAST(-2147483648 AS INT) AS e) AS x;
