-- JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_QUOTE and JSON_UNQUOTE.
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

SELECT id, JSON_OBJECT('w' VALUE w, 'n' VALUE n NULL ON NULL) AS o, JSON_OBJECT('n' VALUE n ABSENT ON NULL) AS oa, JSON_ARRAY(w, n, TRUE) AS a, JSON_STRING(w) AS s, JSON_QUOTE(w) AS q, JSON_UNQUOTE(JSON_QUOTE(w)) AS u
FROM words
WHERE id <> 24;
