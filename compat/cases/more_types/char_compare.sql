-- CHAR padding in comparison, concatenation, CASE and union.
-- modes: streaming, batch

SELECT a, b, a = b AS e, a || '|' AS c, CHAR_LENGTH(a) AS la, CHAR_LENGTH(b) AS lb, CAST(b AS CHAR(6)) || '|' AS p, UPPER(a) || '!' AS u, CAST(a AS CHAR(2)) AS cut FROM (SELECT CAST('ab' AS CHAR(4)) AS a, CAST('ab' AS VARCHAR(4)) AS b UNION ALL SELECT CAST('wxyz' AS CHAR(4)), 'wxyz') AS t;
