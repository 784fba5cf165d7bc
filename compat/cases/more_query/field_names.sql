-- The names of fields, elements and casts that are selected.
-- modes: streaming, batch

CREATE TABLE nested (
  id INT,
  ints ARRAY<INT>,
  texts ARRAY<STRING>,
  matrix ARRAY<ARRAY<INT>>,
  counts MAP<STRING, INT>,
  `inner` ROW<a INT, b STRING, c ROW<`when` TIMESTAMP(3), `sum` DOUBLE>>,
  `lines` ARRAY<ROW<a INT, b STRING, c ROW<`when` TIMESTAMP(3), `sum` DOUBLE>>>,
  lookup MAP<STRING, ROW<a INT, b STRING, c ROW<`when` TIMESTAMP(3), `sum` DOUBLE>>>
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/nested.json',
  'format' = 'json'
);

SELECT `inner`.a, `lines`[1].b, counts['k1'], CAST(`inner` AS ROW<x INT, y STRING, z ROW<w TIMESTAMP(3), s DOUBLE>>).x, n.`inner`.c.`sum`, lookup['only'].a + 1, n.id FROM nested AS n WHERE id < 14;
