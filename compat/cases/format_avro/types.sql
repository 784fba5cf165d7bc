-- A container file that Flink wrote.
-- modes: streaming, batch

CREATE TABLE t (
  i INT,
  l BIGINT NOT NULL,
  s SMALLINT,
  b TINYINT,
  o BOOLEAN,
  d DOUBLE,
  f FLOAT,
  e DECIMAL(20, 3),
  c STRING,
  y BYTES,
  a DATE,
  p TIMESTAMP(3),
  r ROW<x INT, y ROW<z STRING>>,
  g ARRAY<ROW<q BIGINT>>,
  h MAP<STRING, ARRAY<INT>>
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/avro/types.avro',
  'format' = 'avro'
);

SELECT * FROM t;
