-- NTILE, CUME_DIST, PERCENT_RANK, RANK, DENSE_RANK and ROW_NUMBER in batch.
-- modes: batch
-- parallelism: 1
-- digits: 12

SELECT g, i,
  NTILE(2) OVER (PARTITION BY g ORDER BY i) AS a, NTILE(4) OVER (ORDER BY i) AS b, CUME_DIST() OVER (PARTITION BY g ORDER BY s) AS c, PERCENT_RANK() OVER (PARTITION BY g ORDER BY s) AS d, RANK() OVER (PARTITION BY g ORDER BY j DESC) AS e, DENSE_RANK() OVER (ORDER BY s) AS h, ROW_NUMBER() OVER (ORDER BY i) AS k, NTILE(100) OVER (PARTITION BY g ORDER BY i) AS l, PERCENT_RANK() OVER (ORDER BY f DESC) AS m, CUME_DIST() OVER (ORDER BY j) AS n
FROM (SELECT g, i, NULLIF(j - 10, 0) AS j, NULLIF(s, '-') AS s, NULLIF(f - 1e0, -1e0) AS f
  FROM (VALUES ('a', 1, 12, 'x', 2.5e0), ('a', 2, 15, 'y', 3.25e0), ('a', 3, 12, 'x', 2.5e0), ('b', 4, 17, 'q', 0e0), ('a', 5, 10, 'yy', 0.5e0), ('b', 6, 3, 'p', 1e0), ('a', 7, 15, '-', 4e0), ('b', 8, 11, 'q', 1e10), ('c', 9, 10, '-', 0e0)) AS t(g, i, j, s, f));
