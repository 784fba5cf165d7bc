-- ISO times under the SQL standard fail.
-- modes: streaming, batch
-- refused: streaming, batch

CREATE TABLE iso (id STRING, `at` TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${data}/iso.json', 'format' = 'json');

SELECT * FROM iso;
