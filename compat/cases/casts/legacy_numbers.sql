-- The legacy casts of text to numbers.
-- modes: streaming, batch

SET 'table.exec.legacy-cast-behaviour' = 'ENABLED';

SELECT s, CAST(s AS INT) AS a, CAST(s AS BIGINT) AS b, CAST(s AS DOUBLE) AS c, CAST(s AS DECIMAL(6, 2)) AS d, CASE WHEN CAST(s AS BOOLEAN) THEN 1 ELSE 0 END AS e, CAST(s AS TINYINT) AS f, CAST(s AS FLOAT) AS g
FROM (SELECT CASE WHEN RAND() < 2 THEN s END AS s FROM (VALUES '1', ' 2 ', '1.5', 'abc', 'true', '300', '', '12345678901', 't', '2024-02-29', '2024-02-30', '12:34:56', '2024-02-29 12:34:56.789', '-') AS t(s));
