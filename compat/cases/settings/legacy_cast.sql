-- The legacy cast gives NULL for text that is no number.
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

SET 'table.exec.legacy-cast-behaviour' = 'ENABLED';

SELECT id, CAST(w AS INT) AS i FROM words;
