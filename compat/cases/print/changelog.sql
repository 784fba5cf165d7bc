-- An aggregate with one row per key prints inserts only.
-- modes: streaming, batch
-- printed

CREATE TABLE printed (
  k STRING,
  n BIGINT,
  m INT
) WITH (
  'connector' = 'print'
);

INSERT INTO printed SELECT k, COUNT(*), MAX(v) FROM (VALUES ('a', 1), ('b', 7), ('a', 3), ('a', 2)) AS t(k, v) WHERE k <> 'a' GROUP BY k;
