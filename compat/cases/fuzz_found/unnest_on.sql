-- A left join with the elements of an array at which a condition holds.
-- modes: streaming, batch

CREATE TABLE nested (id INT, ints ARRAY<INT>, texts ARRAY<STRING>, counts MAP<STRING, INT>, `lines` ARRAY<ROW<a INT, b STRING>>) WITH ('connector' = 'filesystem', 'path' = '${data}/nested.json', 'format' = 'json');

SELECT id, x FROM nested LEFT JOIN UNNEST(ints) AS u(x) ON x > 4;
