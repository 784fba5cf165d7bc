-- STDDEV and VAR of all number types over rows that are taken back.
-- modes: streaming, batch
-- parallelism: 1
-- digits: 12

SELECT g,
  STDDEV_POP(j) AS a, STDDEV_SAMP(j) AS b, VAR_POP(f) AS c, VAR_SAMP(f) AS e, STDDEV(d) AS h, VARIANCE(d) AS k, VAR_POP(t) AS l, STDDEV_SAMP(f) FILTER (WHERE f > 0) AS m, VAR_POP(DISTINCT j) AS n, AVG(j) AS o, AVG(d) AS p, AVG(f) AS q
FROM (SELECT g, i, SUM(j) AS j, MAX(s) AS s, CAST(MAX(j) AS DOUBLE) AS f, CAST(SUM(j) AS DECIMAL(10, 2)) AS d, CAST(MIN(j) AS SMALLINT) AS t
  FROM (SELECT g, i, NULLIF(j - 10, 0) AS j, NULLIF(s, '-') AS s FROM (VALUES ('a', 1, 12, 'x'), ('a', 2, 15, 'y'), ('a', 1, 13, 'z'), ('b', 3, 17, 'q'), ('a', 2, 10, 'yy'), ('b', 3, 3, 'p'), ('a', 4, 15, '-'), ('b', 5, 11, 'q'), ('c', 6, 10, '-')) AS t(g, i, j, s))
  GROUP BY g, i) AS u
GROUP BY g;
