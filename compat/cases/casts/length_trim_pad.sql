-- TRIM_PAD cuts and pads what a source holds to the lengths of the sink.
-- modes: streaming, batch

CREATE TABLE words (
  id INT,
  w CHAR(4),
  sub VARCHAR(3),
  n INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/words.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA',
  'csv.ignore-parse-errors' = 'true'
);

SET 'execution.checkpointing.interval' = '300 ms';
SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD';

CREATE TABLE out_ (
  id INT,
  w CHAR(4),
  sub VARCHAR(3),
  n INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'json'
);

INSERT INTO out_ SELECT * FROM words;
