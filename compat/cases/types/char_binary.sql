-- CHAR, VARCHAR, BINARY, VARBINARY and BYTES: padding, cutting, text.
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

SELECT id, CAST(w AS CHAR(5)) AS c5, CAST(w AS VARCHAR(4)) AS v4, CAST(w AS BYTES) AS by_, CAST(w AS BINARY(3)) AS b3, CAST(w AS VARBINARY(3)) AS vb3, CAST(X'E697A5' AS STRING) AS day_, X'00FF' AS lit
FROM words;
