-- Columns that only the condition of a left join with UNNEST reads.
-- modes: streaming, batch

CREATE TABLE nested (id INT, ints ARRAY<INT>, texts ARRAY<STRING>, counts MAP<STRING, INT>, `lines` ARRAY<ROW<a INT, b STRING>>) WITH ('connector' = 'filesystem', 'path' = '${data}/nested.json', 'format' = 'json');

SELECT id FROM nested LEFT JOIN UNNEST(`lines`) AS u(a, b) ON b IS NOT NULL AND a < 0;
