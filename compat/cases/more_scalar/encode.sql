-- ENCODE, DECODE, URL functions, UUID length, PARSE_URL.
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

SELECT id, ENCODE(w, 'UTF-16BE') AS a, DECODE(ENCODE(w, 'UTF-8'), 'UTF-8') AS b, URL_ENCODE(w) AS c, URL_DECODE(w) AS d, PARSE_URL(w, 'HOST') AS e, PARSE_URL(w, 'QUERY', 'y') AS f, CHAR_LENGTH(UUID()) AS g, IS_ALPHA(w) AS h, IS_DIGIT(w) AS j, IS_DECIMAL(w) AS k FROM words WHERE id NOT IN (31, 28);
