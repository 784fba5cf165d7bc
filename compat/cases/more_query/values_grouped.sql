-- GROUP BY, HAVING and ORDER over VALUES.
-- modes: streaming, batch

SELECT a, SUM(b) AS s, COUNT(*) AS n FROM (VALUES ('x', 1), ('y', 2), ('x', CAST(NULL AS INT)), (CAST(NULL AS STRING), 5)) AS t(a, b) GROUP BY a HAVING COUNT(*) > 0;
