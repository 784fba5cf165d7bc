-- Fields of rows, elements of arrays, values of maps, and what is missing.
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

SELECT id, `inner`.a AS a, `inner`.c.`when` AS w, t.`inner`.c.`sum` * 2 AS s, ints[1] AS i1, ints[3] AS i3, matrix[1][2] AS m12, counts['k1'] AS k1, `lines`[1].b AS lb, lookup['only'].c.`sum` AS ls, CARDINALITY(ints) AS n, CARDINALITY(counts) AS nc
FROM nested AS t;
