-- MIN, MAX, SUM, AVG, COUNT, DISTINCT and FILTER over rows that are taken back.
-- modes: streaming, batch
-- parallelism: 1
-- digits: 12

SELECT g,
  MIN(s) AS a, MAX(s) AS b, MIN(j) FILTER (WHERE j > 1) AS c, MAX(f) AS e, SUM(DISTINCT j) AS h, COUNT(DISTINCT s) AS k, COUNT(DISTINCT j) FILTER (WHERE s IS NOT NULL) AS l, SUM(d) AS m, AVG(DISTINCT t) AS n, COUNT(s) AS o, SUM(t) AS p, MIN(DISTINCT d) AS q
FROM (SELECT g, i, SUM(j) AS j, MAX(s) AS s, CAST(MAX(j) AS DOUBLE) AS f, CAST(SUM(j) AS DECIMAL(10, 2)) AS d, CAST(MIN(j) AS SMALLINT) AS t
  FROM (SELECT g, i, NULLIF(j - 10, 0) AS j, NULLIF(s, '-') AS s FROM (VALUES ('a', 1, 12, 'x'), ('a', 2, 15, 'y'), ('a', 1, 13, 'z'), ('b', 3, 17, 'q'), ('a', 2, 10, 'yy'), ('b', 3, 3, 'p'), ('a', 4, 15, '-'), ('b', 5, 11, 'q'), ('c', 6, 10, '-')) AS t(g, i, j, s))
  GROUP BY g, i) AS u
GROUP BY g;
