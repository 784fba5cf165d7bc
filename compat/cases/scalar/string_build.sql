-- CONCAT, CONCAT_WS, ||, REPEAT, REPLACE, LPAD, RPAD, TRANSLATE with NULL.
-- modes: streaming, batch

CREATE TABLE words (
  id INT,
  w STRING,
  sub STRING,
  n INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/words.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT id, CONCAT(w, '-', sub) AS c, CONCAT_WS('|', w, sub, 'z') AS cw, w || sub AS p, REPEAT(sub, n) AS r, REPLACE(w, 'a', '__') AS rp,
  LPAD(sub, 4, 'xy') AS lp, RPAD(w, 3, '*') AS rpd, TRANSLATE(w, 'abc', 'AB') AS tl
FROM words
WHERE n < 100 OR n IS NULL;
