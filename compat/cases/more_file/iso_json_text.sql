-- Everything as text, and bytes.
-- modes: streaming, batch

CREATE TABLE iso (id STRING, `at` STRING, amount STRING, flag STRING, text STRING, tags STRING, list STRING, data BYTES)
WITH ('connector' = 'filesystem', 'path' = '${data}/iso.json', 'format' = 'json');

SELECT * FROM iso;
