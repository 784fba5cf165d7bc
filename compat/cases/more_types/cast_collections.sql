-- Casts of ROW, ARRAY and MAP.
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

SELECT id, CAST(ints AS ARRAY<BIGINT>) AS a, CAST(ints AS ARRAY<STRING>) AS b, CAST(counts AS MAP<STRING, DOUBLE>) AS c, CAST(`inner` AS ROW<x BIGINT, y STRING, z ROW<w STRING, s STRING>>) AS d, CAST(ints AS STRING) AS e, CAST(ROW(id, 'x') AS ROW<a DOUBLE, b STRING>) AS f FROM nested;
