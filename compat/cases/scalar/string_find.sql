-- POSITION, LOCATE, INSTR, STARTSWITH, ENDSWITH.
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

SELECT id, POSITION(sub IN w) AS p, LOCATE('o', w) AS l, LOCATE('o', w, 6) AS l6, INSTR(w, 'l') AS i, STARTSWITH(w, 'h') AS st, ENDSWITH(w, 'o') AS en FROM words;
