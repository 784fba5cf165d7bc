-- Lengths, cases and codes of unicode text.
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

SELECT id, CHAR_LENGTH(w) AS a, CHARACTER_LENGTH(sub) AS b, CHARACTER_LENGTH(w || 'x') AS c, UPPER(w) AS d, LOWER(w) AS e, ASCII(w) AS f, CHR(n + 64) AS g, MD5(w) AS h, SHA1(w) AS j, SHA256(w) AS k, SHA2(w, 512) AS l, TO_BASE64(w) AS m, FROM_BASE64(TO_BASE64(w)) AS o, SHA224(w) AS p FROM words;
