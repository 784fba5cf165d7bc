-- The legacy casts of text to dates and times.
-- modes: streaming, batch

SET 'table.exec.legacy-cast-behaviour' = 'ENABLED';

SELECT s, CAST(s AS DATE) AS a, CAST(s AS TIME) AS b, CAST(s AS TIMESTAMP(3)) AS c, CAST(s AS TIMESTAMP_LTZ(3)) AS d
FROM (SELECT CASE WHEN RAND() < 2 THEN s END AS s FROM (VALUES '1', ' 2 ', '1.5', 'abc', 'true', '300', '', '12345678901', 't', '2024-02-29', '2024-02-30', '12:34:56', '2024-02-29 12:34:56.789', '-') AS t(s));
