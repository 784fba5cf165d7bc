-- Rows whose NULLs inside of a ROW, an ARRAY or a MAP break a constraint are dropped.
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
SET 'table.exec.sink.nested-constraint-enforcer' = 'ROWS_AND_COLLECTIONS';

CREATE TABLE out_ (
  id INT,
  pair ROW<k INT NOT NULL, inner_ ROW<name STRING>>,
  list ARRAY<INT NOT NULL>,
  dict MAP<STRING, INT NOT NULL>
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'json'
);

INSERT INTO out_ SELECT k, ROW(k, ROW(name)), ARRAY[v, 1], MAP['v', v] FROM l;
