-- IN in HAVING, a scalar subquery in the SELECT list of a group.
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

CREATE TABLE r (
  k INT,
  name STRING,
  v INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_right.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT k, COUNT(*) AS n, (SELECT MAX(v) FROM r) AS m FROM l GROUP BY k HAVING k IN (SELECT k FROM r WHERE v > 5);
