-- An option that the connector does not know.
-- modes: streaming, batch
-- refused: streaming, batch

CREATE TABLE t (
  a INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/l.csv',
  'format' = 'csv',
  'paht' = 'x'
);

SELECT * FROM t;
