-- Scales of nested arithmetic.
-- modes: streaming, batch

SELECT a + b AS s, a - b AS d, a * b AS m, a / b AS q, a % b AS r, (a + b) * (a - b) AS n, a / b * c AS t, a * a * a AS cubed, a / 3 AS th, 1 / b AS inv, a + 1 AS i, c / 7 AS c7, AVG_ AS av FROM (SELECT CAST(12.345 AS DECIMAL(10, 3)) AS a, CAST(0.07 AS DECIMAL(5, 2)) AS b, CAST('12345678901234567890.12345' AS DECIMAL(30, 5)) AS c, CAST(2 AS DECIMAL(1, 0)) AS AVG_) AS x;
