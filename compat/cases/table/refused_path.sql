-- A path that does not exist.
-- modes: streaming, batch
-- refused: streaming, batch

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = '${data}/nothing.csv', 'format' = 'csv');

SELECT * FROM t;
