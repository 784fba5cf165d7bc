-- Keys inside of rows.
-- modes: streaming, batch

CREATE TABLE nested (
  id INT,
  ints ARRAY<INT>,
  texts ARRAY<STRING>,
  counts MAP<STRING, INT>,
  `inner` ROW<a INT, b STRING, c ROW<`when` TIMESTAMP(3), `sum` DOUBLE>>
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/nested.json',
  'format' = 'json'
);

SELECT n.`inner`.c.`when` IS NULL AS w, n.`inner`.b, COUNT(*) AS c, SUM(n.`inner`.a) AS s FROM nested AS n GROUP BY n.`inner`.c.`when` IS NULL, n.`inner`.b;
