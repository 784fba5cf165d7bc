-- ERROR lets pass what fits.
-- modes: streaming, batch

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

CREATE TABLE out_ (
  id INT,
  w VARCHAR(400),
  sub VARCHAR(100),
  n INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'json'
);

INSERT INTO out_ SELECT * FROM words;
