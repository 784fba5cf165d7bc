-- Operator precedence.
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

SELECT name, NOT v > 3 AND k < 20 OR v IS NULL AND k + 2 * 3 - v <> 7 AS a, (k + v) * 2 - k / 3 * 4 AS b, k - v - 1 AS c, 'x' || name || 'y' = 'xl01y' AS d, k BETWEEN 2 AND 10 AND v > 1 AS e FROM l;
