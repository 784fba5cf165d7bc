-- ERROR and a CHAR that is too short.
-- modes: batch
-- refused: batch
-- parallelism: 1

CREATE TABLE words (id INT, w CHAR(8), sub VARCHAR(100), n INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/words.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA',
  'csv.ignore-parse-errors' = 'true'
);

SET 'table.exec.sink.type-length-enforcer' = 'ERROR';

CREATE TABLE written (id INT, w CHAR(8)) WITH ('connector' = 'filesystem', 'path' = '${out}/written', 'format' = 'json');

INSERT INTO written SELECT id, w FROM words WHERE id = 1;
