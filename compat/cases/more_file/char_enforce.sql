-- STRING does not go into CHAR columns.
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

SET 'execution.checkpointing.interval' = '300 ms';
SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD';

CREATE TABLE out_ (id INT, c CHAR(4), v VARCHAR(3)) WITH ('connector' = 'filesystem', 'path' = '${out}/o', 'format' = 'json');

INSERT INTO out_ SELECT id, w, w FROM words WHERE id < 17;
