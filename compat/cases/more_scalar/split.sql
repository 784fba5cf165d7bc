-- SPLIT_INDEX, SPLIT, STR_TO_MAP, REGEXP functions.
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

SELECT id, SPLIT_INDEX(w, ',', 1) AS a, SPLIT_INDEX(w, ' ', 0) AS b, SPLIT_INDEX(w, ',', -1) AS c, SPLIT(w, ',') AS d, REGEXP_REPLACE(w, '[aeiou]+', '<$0>') AS e, REGEXP_EXTRACT(w, '([a-z]+)([0-9]+)', 2) AS f, REGEXP_EXTRACT(w, '([a-z]+)([0-9]+)', 3) AS g, REGEXP(w, '^[A-Z]') AS h, STR_TO_MAP(w) AS j, REGEXP_REPLACE(w, '(', 'x') AS k FROM words WHERE id < 40;
