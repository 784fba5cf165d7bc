-- CONCAT, CONCAT_WS and || with NULL and numbers.
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

SELECT id, CONCAT(w, sub) AS a, CONCAT_WS('-', w, sub, 'x') AS b, w || sub AS c, w || CAST(n AS STRING) AS d, CONCAT(w, '-', CAST(id AS STRING)) AS e, CONCAT_WS(sub, 'a', 'b') AS f, CONCAT_WS(',', CAST(NULL AS STRING), w) AS g FROM words;
