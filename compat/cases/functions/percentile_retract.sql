-- PERCENTILE of all number types, with frequencies and FILTER, over rows that are taken back.
-- modes: streaming, batch
-- parallelism: 1
-- digits: 12

SELECT g,
  PERCENTILE(j, 0.5) AS a, PERCENTILE(f, ARRAY[0.1, 0.9]) AS b, PERCENTILE(d, 1) AS c, PERCENTILE(j, 0.3) FILTER (WHERE j > 0) AS e, PERCENTILE(j, 0.5, i) AS h, PERCENTILE(t, 0.25) AS k
FROM (SELECT g, i, SUM(j) AS j, MAX(s) AS s, CAST(MAX(j) AS DOUBLE) AS f, CAST(SUM(j) AS DECIMAL(10, 2)) AS d, CAST(MIN(j) AS SMALLINT) AS t
  FROM (SELECT g, i, NULLIF(j - 10, 0) AS j, NULLIF(s, '-') AS s FROM (VALUES ('a', 1, 12, 'x'), ('a', 2, 15, 'y'), ('a', 1, 13, 'z'), ('b', 3, 17, 'q'), ('a', 2, 10, 'yy'), ('b', 3, 3, 'p'), ('a', 4, 15, '-'), ('b', 5, 11, 'q'), ('c', 6, 10, '-')) AS t(g, i, j, s))
  GROUP BY g, i) AS u
GROUP BY g;
