-- A function without parentheses names its column as it is written.
-- modes: streaming, batch

SELECT `CURRENT_DATE` IS NOT NULL AS a, `localtime` IS NOT NULL AS b, pi, `PI` - 3 AS c
FROM (SELECT CURRENT_DATE, localtime, PI, pi FROM (VALUES (1)) AS t(pi)) AS x;
