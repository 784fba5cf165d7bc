-- LIKE with wildcards, an escape, and unicode.
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

SELECT id, w,
  w LIKE '%o%' AS has_o,
  w LIKE '_b%' AS second_b,
  w LIKE '%\_%' ESCAPE '\' AS underscore,
  w LIKE '100!%' ESCAPE '!' AS hundred,
  w NOT LIKE '日%' AS not_day,
  w SIMILAR TO '[a-z]+' AS lower_only
FROM words;
