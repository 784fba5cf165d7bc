-- ROUND and TRUNCATE with negative and large digits.
-- modes: streaming, batch

SELECT ROUND(a, -1) AS x1, ROUND(a, 5) AS x2, ROUND(a) AS x3, TRUNCATE(a, -2) AS x4, ROUND(b, 2) AS y1, ROUND(b, -1) AS y2, TRUNCATE(b) AS y3, ROUND(c, 0) AS z1, ROUND(c, 3) AS z2, TRUNCATE(c, 3) AS z3, FLOOR(b) AS fb, CEIL(c) AS cc, FLOOR(c) AS fc FROM (VALUES (155, 155.555, 2.5e0), (-155, -155.555, -2.5e0), (5, 0.005, 1e-4), (2147483647, 99999.995, 1234567.8915e0)) AS v(a, b, c);
