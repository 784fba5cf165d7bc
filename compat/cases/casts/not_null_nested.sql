-- DROP drops rows whose NOT NULL columns are NULL, of all columns.
-- modes: streaming, batch

SET 'execution.checkpointing.interval' = '300 ms';
SET 'table.exec.sink.not-null-enforcer' = 'DROP';

CREATE TABLE out_ (
  i INT NOT NULL,
  s STRING NOT NULL,
  n INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'json'
);

INSERT INTO out_ SELECT
  i, s, n
FROM (VALUES (1, 'a', 1), (CAST(NULL AS INT), 'b', 2), (3, CAST(NULL AS STRING), 3), (4, 'd', CAST(NULL AS INT)), (CAST(NULL AS INT), CAST(NULL AS STRING), 5)) AS t(i, s, n);
