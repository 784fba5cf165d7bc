-- ERROR fails for a VARCHAR that is too long.
-- modes: streaming, batch
-- refused: streaming, batch

CREATE TABLE words (
  id INT,
  w VARCHAR(4),
  sub STRING,
  n INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/words.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA',
  'csv.ignore-parse-errors' = 'true'
);

SET 'table.exec.sink.type-length-enforcer' = 'ERROR';

CREATE TABLE out_ (
  id INT,
  w VARCHAR(4),
  sub STRING,
  n INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'json'
);

INSERT INTO out_ SELECT * FROM words;
