-- SUBSTRING, LEFT, RIGHT with odd positions, unicode and NULL.
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

SELECT id, SUBSTRING(w, 2) AS a, SUBSTRING(w FROM -3) AS b, SUBSTRING(w, -3, 2) AS c, SUBSTRING(w, 0, 2) AS d, SUBSTRING(w, 3, 0) AS e, LEFT(w, 3) AS f, RIGHT(w, 3) AS g, LEFT(w, -1) AS h, RIGHT(w, 0) AS j, SUBSTR(w, n) AS k, SUBSTRING(w, 2, n) AS l, SUBSTRING(sub, 1, 100) AS m FROM words;
