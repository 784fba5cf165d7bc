-- The types of decimal literals and of arithmetic with them.
-- modes: streaming, batch

CREATE TABLE l (
  k INT,
  name STRING,
  v INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_left.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT 0.908 AS a, .5 AS b, 0.50 AS c, 00.5 AS d, -0.5 AS e, 0.0 AS f, 0.5 * CAST(k AS BIGINT) AS g, .5 * k AS h, 0.05 + k AS i, 10.10 * k AS j, 0.908 * k AS l, -0.908 * k AS m, CASE WHEN k > 3 THEN 0.25 ELSE 10 END AS n, COALESCE(k, 0.5) AS o, k / 0.3 AS p, 0.1 + 0.2 AS q, 1.0 * 0.5 AS r FROM l WHERE k < 5;
