-- MAP constructors, missing keys, comparison.
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

SELECT id, MAP['a', id, 'b', CAST(NULL AS INT)] AS m, counts['k1'] AS k1, counts['none'] AS nothing, MAP['x', 1]['x'] AS x, CARDINALITY(counts) AS c, lookup['only'].b AS b, MAP[1, ARRAY[id]] AS ma, counts = MAP[CAST('k1' AS STRING), 42] AS eq FROM nested;
