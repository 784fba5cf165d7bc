-- Literals of every kind.
-- modes: streaming, batch

SELECT DATE '2024-02-29' AS d, TIME '01:02:03' AS t, TIMESTAMP '2024-02-29 01:02:03.456' AS ts, INTERVAL '1-2' YEAR TO MONTH AS ym, INTERVAL '1 02:03:04.5' DAY TO SECOND AS ds, X'0A' AS x, U&'\00e4' AS u, _UTF8'ü' AS c, 1e3 AS e, .5 AS h, 'it''s' AS q, TRUE AS b, CAST(NULL AS DATE) AS n, -1.0 AS m, 12345678901 AS big, 1.0E-5 AS sm;
