-- With ignore-parse-errors a bad field is NULL.
-- modes: streaming, batch

CREATE TABLE words (
  id INT,
  w INT,
  sub STRING,
  n STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/words.csv',
  'format' = 'csv',
  'csv.ignore-parse-errors' = 'true'
);

SELECT * FROM words;
