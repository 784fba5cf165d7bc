-- Rows that are written out are compared member by member; NULL in one makes the comparison unknown.
-- modes: streaming, batch

CREATE TABLE l (k INT, name STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '${data}/pairs_left.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT 'eq' AS what, name FROM l WHERE ROW(k, v) = ROW(k, v)
UNION ALL SELECT 'ne', name FROM l WHERE (k, v) <> (16, 4)
UNION ALL SELECT 'in', name FROM l WHERE (k, v) IN ((1, 14), (16, 4), (5, CAST(NULL AS INT)))
UNION ALL SELECT 'not in', name FROM l WHERE (k, v) NOT IN ((1, 14), (16, 4))
UNION ALL SELECT 'distinct', name FROM l WHERE (k, v) IS NOT DISTINCT FROM (v, k)
UNION ALL SELECT 'join', a.name FROM l AS a JOIN l AS b ON ROW(a.k, a.v) = ROW(b.k, b.v)
UNION ALL SELECT 'values', x.name FROM (SELECT name, ROW(k, v) AS r FROM l) AS x JOIN (SELECT ROW(k, v) AS r FROM l) AS y ON x.r = y.r;
