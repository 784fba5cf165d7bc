-- UPPER, LOWER, INITCAP, lengths, REVERSE, TRIM in its forms.
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

SELECT id, UPPER(w) AS u, LOWER(w) AS l, INITCAP(w) AS ic, CHAR_LENGTH(w) AS n, REVERSE(w) AS rev,
  '<' || TRIM(w) || '>' AS tr, '<' || LTRIM(w) || '>' AS lt, '<' || RTRIM(w) || '>' AS rt, TRIM(LEADING 'a' FROM w) AS la, TRIM(BOTH '0' FROM w) AS b0
FROM words
WHERE id NOT IN (12, 13);
