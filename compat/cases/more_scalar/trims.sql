-- TRIM in each form.
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

SELECT id, TRIM(w) || '|' AS a, TRIM(LEADING 'a' FROM w) AS b, TRIM(TRAILING FROM w) || '|' AS c, TRIM(BOTH 'e' FROM w) AS d, LTRIM(w) AS e, RTRIM(w) || '|' AS f, BTRIM(w) AS g, BTRIM(w, 'he') AS h, LTRIM(w, 'ah') AS j, RTRIM(w, 'od') AS k FROM words;
