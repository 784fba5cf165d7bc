-- Rows and arrays compared for equality.
-- modes: streaming, batch

SELECT a, b, ROW(a, b) = ROW(1, 'x') AS r, ARRAY[a] = ARRAY[1] AS ar, (a, b) IN ((1, 'x'), (2, 'y')) AS i
FROM (VALUES (1, 'x'), (2, 'z'), (2, 'y')) AS t(a, b);
