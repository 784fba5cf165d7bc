-- ASCII, CHR, ENCODE, DECODE, base64, hashes, URL codes.
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

SELECT id, ASCII(w) AS a, CHR(n + 65) AS c, TO_BASE64(w) AS b, FROM_BASE64(TO_BASE64(w)) AS fb, MD5(w) AS m, SHA1(w) AS s1, SHA256(w) AS s2, SHA2(w, 512) AS s5,
  URL_ENCODE(w) AS ue, URL_DECODE(URL_ENCODE(w)) AS ud, CAST(ENCODE(w, 'UTF-8') AS STRING) AS en, DECODE(ENCODE(w, 'UTF-16BE'), 'UTF-16BE') AS de
FROM words
WHERE n <> -1 OR n IS NULL;
