-- A required option that is missing.
-- modes: streaming, batch
-- refused: streaming, batch

CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv');

SELECT * FROM t;
