-- INSERT INTO … VALUES, with types made to fit.
-- modes: streaming, batch

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE out_ (
  a BIGINT,
  b STRING,
  c DECIMAL(10, 3)
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'csv'
);

INSERT INTO out_ VALUES (1, 'x', 1.5), (2, 'y,z', 2.25), (CAST(NULL AS INT), '', 0.0);
