-- The print connector: rows, arrays, maps and bytes.
-- modes: streaming, batch
-- printed

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

CREATE TABLE printed (
  id INT,
  ints ARRAY<INT>,
  texts ARRAY<STRING>,
  matrix ARRAY<ARRAY<INT>>,
  counts MAP<STRING, INT>,
  `inner` ROW<a INT, b STRING, c ROW<`when` TIMESTAMP(3), `sum` DOUBLE>>,
  `lines` ARRAY<ROW<a INT, b STRING, c ROW<`when` TIMESTAMP(3), `sum` DOUBLE>>>,
  raw_ BYTES
) WITH (
  'connector' = 'print'
);

INSERT INTO printed SELECT id, ints, texts, matrix, counts, `inner`, `lines`, ENCODE(texts[1], 'UTF-8') FROM nested;
