-- A deep expression with mixed precedence.
-- modes: streaming, batch
-- refused: streaming, batch

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

SELECT name, NOT v > 3 AND k < 20 OR v IS NULL AND k + 2 * 3 - -v <> 7 AS a, (k + v) * 2 - k / 3 % 4 AS b, - - v AS c, v || '' || k AS d FROM l;
