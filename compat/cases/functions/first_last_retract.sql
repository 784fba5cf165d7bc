-- FIRST_VALUE and LAST_VALUE over rows that are taken back.
-- modes: streaming
-- parallelism: 1

SELECT g,
  FIRST_VALUE(j) AS a, LAST_VALUE(j) AS b, FIRST_VALUE(s) AS c, LAST_VALUE(s) AS e, FIRST_VALUE(j) FILTER (WHERE j > 2) AS h, LAST_VALUE(f) FILTER (WHERE f > 2) AS k, FIRST_VALUE(d) AS l, LAST_VALUE(t) AS m
FROM (SELECT g, i, SUM(j) AS j, MAX(s) AS s, CAST(MAX(j) AS DOUBLE) AS f, CAST(SUM(j) AS DECIMAL(10, 2)) AS d, CAST(MIN(j) AS SMALLINT) AS t
  FROM (SELECT g, i, NULLIF(j - 10, 0) AS j, NULLIF(s, '-') AS s FROM (VALUES ('a', 1, 12, 'x'), ('a', 2, 15, 'y'), ('a', 1, 13, 'z'), ('b', 3, 17, 'q'), ('a', 2, 10, 'yy'), ('b', 3, 3, 'p'), ('a', 4, 15, '-'), ('b', 5, 11, 'q'), ('c', 6, 10, '-')) AS t(g, i, j, s))
  GROUP BY g, i) AS u
GROUP BY g;
