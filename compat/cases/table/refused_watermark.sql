-- A watermark over a column that is no timestamp.
-- modes: streaming, batch
-- refused: streaming, batch

CREATE TABLE t (a INT, WATERMARK FOR a AS a - 1) WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv', 'format' = 'csv');

SELECT * FROM t;
