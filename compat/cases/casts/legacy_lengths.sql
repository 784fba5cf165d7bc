-- The legacy casts keep the length of text and bytes.
-- modes: streaming, batch

SET 'table.exec.legacy-cast-behaviour' = 'ENABLED';

SELECT s, CAST(s AS VARCHAR(3)) AS g, CAST(s AS CHAR(4)) AS h, CAST(s AS BYTES) AS i, CAST(s AS BINARY(2)) AS j, CAST(s AS VARBINARY(2)) AS k, CHAR_LENGTH(CAST(s AS CHAR(6))) AS l
FROM (SELECT CASE WHEN RAND() < 2 THEN s END AS s FROM (VALUES '1', ' 2 ', '1.5', 'abc', 'true', '300', '', '12345678901', 't', '2024-02-29', '2024-02-30', '12:34:56', '2024-02-29 12:34:56.789', '-') AS t(s));
