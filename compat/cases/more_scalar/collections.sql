-- Functions of arrays with NULL elements.
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

SELECT id, ARRAY_CONTAINS(ints, 0) AS a, ARRAY_DISTINCT(ints) AS b, ARRAY_POSITION(ints, 5) AS c, ARRAY_CONCAT(ints, ARRAY[9]) AS d, ARRAY_JOIN(texts, '+') AS e, ARRAY_SLICE(ints, 2, 3) AS f, ARRAY_MAX(ints) AS g, ARRAY_MIN(ints) AS h, ARRAY_REMOVE(ints, 0) AS j, ARRAY_REVERSE(ints) AS k, ARRAY_SORT(ints) AS l, ARRAY_APPEND(texts, 'z') AS m, MAP_KEYS(counts) AS o, MAP_VALUES(counts) AS p, MAP_FROM_ARRAYS(ARRAY['a'], ARRAY[id]) AS q FROM nested;
