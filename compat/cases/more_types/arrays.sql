-- ARRAY constructors, access out of range, comparison.
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

SELECT id, ARRAY[id, 2, NULL] AS a, ints[1] + ints[2] AS s, ARRAY[1, 2][id] AS o, ints = ARRAY[7, 0] AS eq, CARDINALITY(matrix) AS cm, matrix[1][2] AS m, ARRAY['a', 'bcd'] AS t, ELEMENT(ARRAY[id]) AS el, ARRAY[ARRAY[id], ARRAY[1, 2]] AS aa, ints <> ARRAY[id] AS ne FROM nested;
