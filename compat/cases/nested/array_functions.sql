-- ARRAY_* functions.
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

SELECT id, ARRAY_CONTAINS(ints, 3) AS c, ARRAY_DISTINCT(ints) AS d, ARRAY_POSITION(ints, 5) AS p, ARRAY_REVERSE(ints) AS r, ARRAY_SLICE(ints, 2, 3) AS s, ARRAY_SORT(ints) AS so, ARRAY_MAX(ints) AS mx, ARRAY_MIN(ints) AS mn, ARRAY_JOIN(texts, '+') AS j,
  ARRAY_APPEND(ints, 7) AS ap, ARRAY_PREPEND(ints, 0) AS pr, ARRAY_REMOVE(ints, 0) AS re, ARRAY_CONCAT(ints, ARRAY[1]) AS co, ARRAY_UNION(ints, ARRAY[1, 2]) AS u, ARRAY_EXCEPT(ints, ARRAY[0]) AS e, ARRAY_INTERSECT(ints, ARRAY[0, 6]) AS i
FROM nested;
