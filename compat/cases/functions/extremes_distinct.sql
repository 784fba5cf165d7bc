-- MIN, MAX, SUM, AVG and COUNT, DISTINCT and with FILTER.
-- modes: streaming, batch
-- parallelism: 1
-- digits: 12

SELECT g,
  MIN(DISTINCT s) AS a, MAX(s) FILTER (WHERE j < 5) AS b, SUM(DISTINCT j) AS h, COUNT(DISTINCT s) AS k, COUNT(DISTINCT j) FILTER (WHERE s IS NOT NULL) AS l, AVG(DISTINCT j) AS n, COUNT(s) AS o, SUM(f) FILTER (WHERE f < 3) AS p, SUM(DISTINCT CAST(j AS DECIMAL(5, 1))) AS r
FROM (SELECT g, i, NULLIF(j - 10, 0) AS j, NULLIF(s, '-') AS s, NULLIF(f - 1e0, -1e0) AS f
  FROM (VALUES ('a', 1, 12, 'x', 2.5e0), ('a', 2, 15, 'y', 3.25e0), ('a', 3, 12, 'x', 2.5e0), ('b', 4, 17, 'q', 0e0), ('a', 5, 10, 'yy', 0.5e0), ('b', 6, 3, 'p', 1e0), ('a', 7, 15, '-', 4e0), ('b', 8, 11, 'q', 1e10), ('c', 9, 10, '-', 0e0)) AS t(g, i, j, s, f))
GROUP BY g;
