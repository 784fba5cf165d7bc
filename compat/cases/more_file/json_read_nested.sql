-- Deep access into JSON read from a file, with a filter below.
-- modes: streaming, batch

CREATE TABLE n (id INT, `lines` ARRAY<ROW<a INT, c ROW<`when` STRING, `sum` DECIMAL(6, 2)>>>, lookup MAP<STRING, ROW<b STRING>>, `inner` ROW<c ROW<`sum` STRING>>) WITH ('connector' = 'filesystem', 'path' = '${data}/nested.json', 'format' = 'json');

SELECT id, `lines`[1].c.`when` AS w, `lines`[1].c.`sum` AS s, lookup['only'].b AS b, `inner`.c.`sum` AS t FROM n WHERE `lines`[1].a IS NOT NULL OR `inner`.c.`sum` LIKE '-%';
