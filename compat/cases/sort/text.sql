-- ORDER BY text: by code point.
-- modes: batch
-- ordered

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

SELECT w, id FROM words ORDER BY w DESC, id;
