-- The not-null enforcer may drop such rows.
-- modes: streaming, batch

CREATE TABLE l (
  k INT,
  name STRING,
  v INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_left.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SET 'execution.checkpointing.interval' = '300 ms';
SET 'table.exec.sink.not-null-enforcer' = 'DROP';

CREATE TABLE out_ (
  k INT NOT NULL,
  n INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'csv'
);

INSERT INTO out_ SELECT k, v FROM l;
