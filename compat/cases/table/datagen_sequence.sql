-- datagen with sequences is bounded and certain.
-- modes: streaming, batch

CREATE TABLE g (
  a BIGINT,
  b INT,
  c STRING
) WITH (
  'connector' = 'datagen',
  'number-of-rows' = '50',
  'fields.a.kind' = 'sequence',
  'fields.a.start' = '1',
  'fields.a.end' = '50',
  'fields.b.kind' = 'sequence',
  'fields.b.start' = '101',
  'fields.b.end' = '150',
  'fields.c.length' = '3'
);

SELECT a, CHAR_LENGTH(c) AS n FROM g;
