-- INSERT widens and casts to the sink's types.
-- modes: streaming, batch

CREATE TABLE numbers (
  id INT,
  ti TINYINT,
  si SMALLINT,
  i INT,
  bi BIGINT,
  f FLOAT,
  d DOUBLE,
  dec10 DECIMAL(10, 2),
  dec38 DECIMAL(38, 0),
  dec18 DECIMAL(18, 18),
  b BOOLEAN
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/numbers.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE out_ (a BIGINT, b DOUBLE, c DECIMAL(20, 4), d STRING, e INT) WITH ('connector' = 'filesystem', 'path' = '${out}/o', 'format' = 'csv');

INSERT INTO out_ SELECT ti, f, dec10, 'x', si FROM numbers WHERE id > 4;
