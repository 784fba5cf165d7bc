-- An aggregate without keys and without functions is one row; HAVING alone makes one, too.
-- modes: streaming, batch

CREATE TABLE l (k INT, name STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '${data}/pairs_left.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT 1 AS a FROM l GROUP BY () UNION ALL SELECT 2 FROM l HAVING TRUE UNION ALL SELECT 3 FROM (SELECT 7 AS x FROM l HAVING COUNT(*) > 1);
