-- The JSON aggregates over rows that are taken back.
-- modes: streaming
-- parallelism: 1

SELECT g,
  JSON_ARRAYAGG(s) AS a, JSON_ARRAYAGG(j NULL ON NULL) AS b, JSON_ARRAYAGG(f ABSENT ON NULL) AS c, JSON_OBJECTAGG(KEY CAST(i AS STRING) VALUE s) AS e, JSON_OBJECTAGG(KEY CAST(i AS STRING) VALUE j ABSENT ON NULL) AS h
FROM (SELECT g, i, SUM(j) AS j, MAX(s) AS s, CAST(MAX(j) AS DOUBLE) AS f, CAST(SUM(j) AS DECIMAL(10, 2)) AS d, CAST(MIN(j) AS SMALLINT) AS t
  FROM (SELECT g, i, NULLIF(j - 10, 0) AS j, NULLIF(s, '-') AS s FROM (VALUES ('a', 1, 12, 'x'), ('a', 2, 15, 'y'), ('a', 1, 13, 'z'), ('b', 3, 17, 'q'), ('a', 2, 10, 'yy'), ('b', 3, 3, 'p'), ('a', 4, 15, '-'), ('b', 5, 11, 'q'), ('c', 6, 10, '-')) AS t(g, i, j, s))
  GROUP BY g, i) AS u
GROUP BY g;
