-- A text in a number column fails the job.
-- modes: streaming, batch
-- refused: streaming, batch

CREATE TABLE words (
  id INT,
  w INT,
  sub STRING,
  n STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/words.csv',
  'format' = 'csv'
);

SELECT * FROM words;
