-- REGEXP, REGEXP_REPLACE, REGEXP_EXTRACT and its relatives.
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

SELECT id, REGEXP(w, '^[a-z]+$') AS r, REGEXP_REPLACE(w, '[0-9]+', '#') AS rr, REGEXP_EXTRACT(w, '([a-z]+)([0-9]+)', 2) AS re, REGEXP_EXTRACT(w, '[A-Z]\w*') AS re0,
  REGEXP_EXTRACT_ALL(w, '([a-z])([0-9])', 1) AS ra, REGEXP_COUNT(w, 'o') AS rc, REGEXP_INSTR(w, '[0-9]') AS ri, REGEXP_SUBSTR(w, '[a-z]{3}') AS rs
FROM words;
