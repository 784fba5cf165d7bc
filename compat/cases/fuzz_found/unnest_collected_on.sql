-- A left join with the elements of a multiset that changes.
-- modes: streaming, batch

CREATE TABLE nested (id INT, ints ARRAY<INT>, texts ARRAY<STRING>, counts MAP<STRING, INT>, `lines` ARRAY<ROW<a INT, b STRING>>) WITH ('connector' = 'filesystem', 'path' = '${data}/nested.json', 'format' = 'json');

SELECT k, x FROM (SELECT MOD(id, 4) AS k, COLLECT(id) AS c FROM nested GROUP BY MOD(id, 4)) AS t LEFT JOIN UNNEST(c) AS u(x) ON x > 27;
