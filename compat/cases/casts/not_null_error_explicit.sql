-- ERROR is the default of the not-null enforcer.
-- modes: streaming, batch
-- refused: streaming, batch

SET 'table.exec.sink.not-null-enforcer' = 'ERROR';

CREATE TABLE out_ (
  i INT NOT NULL
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'json'
);

INSERT INTO out_ SELECT
  i FROM (VALUES (1), (CAST(NULL AS INT))) AS t(i);
