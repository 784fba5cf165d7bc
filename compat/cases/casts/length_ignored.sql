-- The values of a source keep their lengths without the enforcer.
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
