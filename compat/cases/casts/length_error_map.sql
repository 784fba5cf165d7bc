-- ERROR and a text in a map that is too long.
-- modes: streaming, batch
-- parallelism: 1

CREATE TABLE words (
  id INT,
  w VARCHAR(400),
  sub VARCHAR(100),
  n INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/words.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA',
  'csv.ignore-parse-errors' = 'true'
);

SET 'execution.checkpointing.interval' = '300 ms';
SET 'table.exec.sink.type-length-enforcer' = 'ERROR';

CREATE TABLE written (id INT, r MAP<STRING, VARCHAR(3)>) WITH ('connector' = 'filesystem', 'path' = '${out}/written', 'format' = 'json');

INSERT INTO written SELECT id, MAP['k', w] FROM words WHERE id = 1;
