-- TRIM_PAD inside of rows, arrays and maps.
-- modes: batch
-- parallelism: 1

CREATE TABLE words (id INT, w VARCHAR(3), sub VARCHAR(100), n INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/words.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA',
  'csv.ignore-parse-errors' = 'true'
);

SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD';

CREATE TABLE written (id INT, r ROW<a INT, w VARCHAR(3)>, a ARRAY<VARCHAR(3)>, m MAP<VARCHAR(3), VARCHAR(3)>) WITH ('connector' = 'filesystem', 'path' = '${out}/written', 'format' = 'json');

INSERT INTO written SELECT id, ROW(id, w), ARRAY[w], MAP[w, w] FROM words WHERE id = 1;
