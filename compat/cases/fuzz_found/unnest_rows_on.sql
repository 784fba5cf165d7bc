-- A left join with the rows of an array, of which one field has to be NULL.
-- modes: streaming, batch

CREATE TABLE nested (id INT, ints ARRAY<INT>, texts ARRAY<STRING>, counts MAP<STRING, INT>, `lines` ARRAY<ROW<a INT, b STRING>>) WITH ('connector' = 'filesystem', 'path' = '${data}/nested.json', 'format' = 'json');

SELECT id, a, b FROM nested LEFT JOIN UNNEST(`lines`) AS u(a, b) ON b IS NULL;
