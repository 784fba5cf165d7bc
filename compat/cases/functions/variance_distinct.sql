-- STDDEV and VAR, DISTINCT and with FILTER.
-- modes: streaming, batch
-- parallelism: 1
-- digits: 12

SELECT g,
  STDDEV_POP(j) AS a, STDDEV_SAMP(DISTINCT j) AS b, VAR_POP(DISTINCT f) AS c, VAR_SAMP(f) FILTER (WHERE f > 1) AS e, STDDEV(CAST(j AS DECIMAL(10, 2))) AS h, VARIANCE(DISTINCT CAST(j AS SMALLINT)) AS k, STDDEV(DISTINCT j) FILTER (WHERE f > 0) AS l
FROM (SELECT g, i, NULLIF(j - 10, 0) AS j, NULLIF(s, '-') AS s, NULLIF(f - 1e0, -1e0) AS f
  FROM (VALUES ('a', 1, 12, 'x', 2.5e0), ('a', 2, 15, 'y', 3.25e0), ('a', 3, 12, 'x', 2.5e0), ('b', 4, 17, 'q', 0e0), ('a', 5, 10, 'yy', 0.5e0), ('b', 6, 3, 'p', 1e0), ('a', 7, 15, '-', 4e0), ('b', 8, 11, 'q', 1e10), ('c', 9, 10, '-', 0e0)) AS t(g, i, j, s, f))
GROUP BY g;
