-- An aggregate without keys over what is empty by the text of the query is a row, in streaming mode too; over rows that a filter drops it is none there.
-- modes: streaming, batch

CREATE TABLE l (k INT, name STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '${data}/pairs_left.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

CREATE TABLE r (k INT, name STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '${data}/pairs_right.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT 'false' AS c, COUNT(*) AS n, SUM(k) AS s, MAX(name) AS m, AVG(v) AS a FROM l WHERE FALSE
UNION ALL SELECT 'filter', COUNT(*), SUM(k), MAX(name), AVG(v) FROM l WHERE k > 1000000
UNION ALL SELECT 'join', COUNT(*), SUM(l.k), MAX(l.name), AVG(l.v) FROM l JOIN (SELECT k FROM r WHERE 1 = 2) AS q ON l.k = q.k
UNION ALL SELECT 'left', COUNT(*), SUM(q.k), MAX(q.name), AVG(q.v) FROM l LEFT JOIN (SELECT * FROM r WHERE 1 = 2) AS q ON l.k = q.k
UNION ALL SELECT 'union', COUNT(*), SUM(k), MAX(name), AVG(v) FROM (SELECT * FROM l WHERE FALSE UNION ALL SELECT * FROM r WHERE FALSE) AS q
UNION ALL SELECT 'one', COUNT(*), SUM(k), MAX(name), AVG(v) FROM (SELECT * FROM l WHERE FALSE UNION ALL SELECT * FROM r) AS q
UNION ALL SELECT 'group', COUNT(*), SUM(n), CAST(MAX(k) AS STRING), AVG(k) FROM (SELECT k, COUNT(*) AS n FROM l WHERE FALSE GROUP BY k) AS q
UNION ALL SELECT 'limit', COUNT(*), SUM(k), MAX(name), AVG(v) FROM (SELECT * FROM l LIMIT 0) AS q
UNION ALL SELECT 'in', COUNT(*), SUM(k), MAX(name), AVG(v) FROM l WHERE k IN (SELECT k FROM r WHERE FALSE)
UNION ALL SELECT 'distinct', COUNT(DISTINCT k), SUM(DISTINCT k), MIN(name), AVG(DISTINCT v) FROM l WHERE FALSE;
