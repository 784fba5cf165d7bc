-- POSITION, LOCATE, INSTR, LIKE with escapes, SIMILAR.
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

SELECT id, POSITION('a' IN w) AS a, LOCATE(sub, w) AS b, LOCATE('a', w, 3) AS c, INSTR(w, sub) AS d, w LIKE '%a_' AS e, w LIKE '%!%' ESCAPE '!' AS f, w NOT LIKE '_____' AS g, w LIKE sub || '%' AS h, POSITION('' IN w) AS j, w SIMILAR TO '[a-z]+' AS k, w LIKE '' AS l, POSITION('l' IN w FROM 4) AS m FROM words;
