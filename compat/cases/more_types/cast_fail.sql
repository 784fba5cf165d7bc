-- A cast that fails ends the job.
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

SELECT CAST(w AS INT) AS i FROM words;
