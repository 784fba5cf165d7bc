-- PERCENTILE, DISTINCT and with FILTER; Flink's batch mode cannot compile it.
-- modes: streaming
-- parallelism: 1
-- digits: 12

SELECT g,
  PERCENTILE(j, 0.5) AS a, PERCENTILE(DISTINCT j, 0.5) AS b, PERCENTILE(f, ARRAY[0.25, 0.75]) FILTER (WHERE f > 0) AS c, PERCENTILE(CAST(j AS DECIMAL(10, 2)), 0.9) AS e
FROM (SELECT g, i, NULLIF(j - 10, 0) AS j, NULLIF(s, '-') AS s, NULLIF(f - 1e0, -1e0) AS f
  FROM (VALUES ('a', 1, 12, 'x', 2.5e0), ('a', 2, 15, 'y', 3.25e0), ('a', 3, 12, 'x', 2.5e0), ('b', 4, 17, 'q', 0e0), ('a', 5, 10, 'yy', 0.5e0), ('b', 6, 3, 'p', 1e0), ('a', 7, 15, '-', 4e0), ('b', 8, 11, 'q', 1e10), ('c', 9, 10, '-', 0e0)) AS t(g, i, j, s, f))
GROUP BY g;
