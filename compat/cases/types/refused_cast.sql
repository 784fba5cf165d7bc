-- CAST of text that is no number fails the job.
-- modes: streaming, batch
-- refused: streaming, batch

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

SELECT id, CAST(w AS INT) AS i FROM words;
