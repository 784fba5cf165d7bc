-- SELECT without FROM.
-- modes: streaming, batch

SELECT 1 AS uno, 'x' || 'y' AS xy, 7 / 2 AS int_div, 7 % -3 AS rem, -7 % 3 AS nrem, 2 > 1 AS t;
