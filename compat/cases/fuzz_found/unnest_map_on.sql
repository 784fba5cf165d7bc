-- A left join with the entries of a map at which a condition holds.
-- modes: streaming, batch

CREATE TABLE nested (id INT, ints ARRAY<INT>, texts ARRAY<STRING>, counts MAP<STRING, INT>, `lines` ARRAY<ROW<a INT, b STRING>>) WITH ('connector' = 'filesystem', 'path' = '${data}/nested.json', 'format' = 'json');

SELECT id, k, w FROM nested LEFT JOIN UNNEST(counts) AS u(k, w) ON w > 20 AND k <> 'k1';
