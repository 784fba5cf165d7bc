-- LPAD, RPAD, REPEAT, REVERSE, REPLACE, OVERLAY, INITCAP.
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

SELECT id, LPAD(w, 6, '*') AS a, RPAD(w, 7, 'ab') AS b, LPAD(w, 0, 'x') AS c, LPAD(w, -1, 'x') AS d, RPAD(w, 5, '') AS e, REPEAT(w, n) AS f, REVERSE(w) AS g, REPLACE(w, 'a', 'ÄÄ') AS h, OVERLAY(w PLACING '##' FROM 2 FOR 1) AS j, OVERLAY(w PLACING 'zz' FROM 3) AS k, INITCAP(w) AS l, REPLACE(w, '', '-') AS m FROM words WHERE id <> 35;
