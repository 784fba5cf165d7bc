-- Literals of dates and times with single digits, and a timestamp without a time.
-- modes: streaming, batch

SELECT DATE '2024-2-9' AS d, TIME '1:2:3' AS t, TIMESTAMP '2024-2-9 1:2:3' AS ts, TIMESTAMP '2024-02-29' AS day_, TIMESTAMP '2024-02-29 23:59:59.123456789' AS ts9;
