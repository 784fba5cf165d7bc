-- Aggregates over nested fields, arrays and maps.
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

SELECT `inner`.b AS b, COUNT(*) AS n, SUM(`inner`.a) AS s, MAX(`inner`.c.`when`) AS w, AVG(`inner`.c.`sum`) AS av, SUM(ints[1]) AS i1, MAX(counts['k1']) AS k1, SUM(CARDINALITY(ints)) AS c FROM nested GROUP BY `inner`.b;
