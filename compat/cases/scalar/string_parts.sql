-- SUBSTRING with odd positions, LEFT, RIGHT, SPLIT_INDEX, OVERLAY.
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

SELECT id, SUBSTRING(w FROM 2 FOR 3) AS a, SUBSTRING(w FROM -3) AS b, SUBSTR(w, 0, 2) AS c, SUBSTRING(w, n) AS d, `LEFT`(w, 2) AS e, `RIGHT`(w, 2) AS f,
  SPLIT_INDEX(w, ',', 1) AS g, SPLIT_INDEX(w, '.', n) AS h, OVERLAY(w PLACING 'XY' FROM 2 FOR 1) AS i
FROM words WHERE id <> 15;
