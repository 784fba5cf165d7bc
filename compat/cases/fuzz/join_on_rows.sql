-- Rows as join keys whose members differ in type and in what can be NULL.
-- modes: streaming, batch

CREATE TABLE l (k INT, name STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '${data}/pairs_left.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

CREATE TABLE r (k INT, name STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '${data}/pairs_right.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT a.name, b.name AS other FROM l AS a JOIN r AS b ON ROW(a.k * 2, 1) = ROW(b.k, CHAR_LENGTH(SUBSTRING(b.name, 1, 1)));
