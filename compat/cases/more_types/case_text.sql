-- CASE over CHAR literals of different lengths.
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

SELECT id, CASE WHEN id < 5 THEN 'ab' WHEN id < 9 THEN 'abcd' ELSE 'x' END AS a, CASE id WHEN 1 THEN w WHEN 2 THEN 'two' END AS b, COALESCE(sub, 'none', w) AS c, NULLIF(w, 'hello') AS d, IFNULL(sub, '?') AS e, CASE WHEN n > 1 THEN NULL ELSE n END AS f, 'ab' = CASE WHEN id < 5 THEN 'ab' ELSE 'abc' END AS g FROM words;
