-- TRY_CAST and the legacy behaviour.
-- modes: streaming, batch

SET 'table.exec.legacy-cast-behaviour' = 'ENABLED';

SELECT s, TRY_CAST(s AS INT) AS a, TRY_CAST(s AS VARCHAR(2)) AS b, TRY_CAST(s AS DATE) AS c, TRY_CAST(s AS CHAR(5)) AS d
FROM (SELECT CASE WHEN RAND() < 2 THEN s END AS s FROM (VALUES '1', ' 2 ', '1.5', 'abc', 'true', '300', '', '12345678901', 't', '2024-02-29', '2024-02-30', '12:34:56', '2024-02-29 12:34:56.789', '-') AS t(s));
