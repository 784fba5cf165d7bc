-- TYPEOF of many expressions.
-- modes: streaming, batch

CREATE TABLE numbers (
  id INT,
  ti TINYINT,
  si SMALLINT,
  i INT,
  bi BIGINT,
  f FLOAT,
  d DOUBLE,
  dec10 DECIMAL(10, 2),
  dec38 DECIMAL(38, 0),
  dec18 DECIMAL(18, 18),
  b BOOLEAN
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/numbers.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT TYPEOF(ti + si) AS a, TYPEOF(i / 2) AS c, TYPEOF(i * 1.5) AS e, TYPEOF(bi + dec10) AS g, TYPEOF('abc' || 'd') AS h, TYPEOF(CASE WHEN b THEN 'a' ELSE 'bcd' END) AS j, TYPEOF(IF(b, i, bi)) AS k, TYPEOF(ARRAY[1, 2.5]) AS l, TYPEOF(MAP['a', 1]) AS m, TYPEOF(ROW(1, 'a')) AS n, TYPEOF(NULLIF(i, 1)) AS o, TYPEOF(f * i) AS p, TYPEOF(CURRENT_DATE) AS q, TYPEOF(INTERVAL '1' DAY) AS r, TYPEOF(CAST('a' AS CHAR(3))) AS s, TYPEOF(FLOOR(d)) AS t, TYPEOF(COUNT(*)) AS u, TYPEOF(SUM(ti)) AS v, TYPEOF(AVG(dec10)) AS w FROM numbers WHERE id = 5 GROUP BY ti, si, i, bi, dec10, b, f, d;
