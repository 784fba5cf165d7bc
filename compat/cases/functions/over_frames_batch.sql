-- STDDEV, AVG, COUNT, MIN, MAX in frames of rows and ranges in batch.
-- modes: batch
-- parallelism: 1
-- digits: 12

SELECT g, i,
  STDDEV_POP(f) OVER (PARTITION BY g ORDER BY i ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS a, AVG(j) OVER (PARTITION BY g ORDER BY i RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING) AS b, COUNT(s) OVER (PARTITION BY g ORDER BY i ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING) AS c, MIN(s) OVER (PARTITION BY g ORDER BY i ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) AS d, MAX(j) OVER (ORDER BY i DESC RANGE BETWEEN 3 PRECEDING AND CURRENT ROW) AS e, SUM(j) OVER (PARTITION BY g) AS h, COUNT(*) OVER () AS k, VAR_SAMP(j) OVER (PARTITION BY g) AS l
FROM (SELECT g, i, NULLIF(j - 10, 0) AS j, NULLIF(s, '-') AS s, NULLIF(f - 1e0, -1e0) AS f
  FROM (VALUES ('a', 1, 12, 'x', 2.5e0), ('a', 2, 15, 'y', 3.25e0), ('a', 3, 12, 'x', 2.5e0), ('b', 4, 17, 'q', 0e0), ('a', 5, 10, 'yy', 0.5e0), ('b', 6, 3, 'p', 1e0), ('a', 7, 15, '-', 4e0), ('b', 8, 11, 'q', 1e10), ('c', 9, 10, '-', 0e0)) AS t(g, i, j, s, f));
