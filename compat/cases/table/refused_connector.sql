-- A connector that does not exist.
-- modes: streaming, batch
-- refused: streaming, batch

CREATE TABLE t (a INT) WITH ('connector' = 'filesytem');

SELECT * FROM t;
