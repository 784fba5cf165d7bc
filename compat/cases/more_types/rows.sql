-- ROW constructors, access and comparison.
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

SELECT id, ROW(id, texts[1], `inner`.a) AS r, (id, `inner`.b) AS p, ROW(1, 'a') = ROW(id, 'a') AS eq, `inner`.c.`when` AS w, ROW(id, ROW(texts, 2)) AS deep, `inner` IS NULL AS n, `lines`[1].b AS lb, `lines`[2].c.`sum` AS ls FROM nested;
