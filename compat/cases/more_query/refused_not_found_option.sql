-- A table option that does not exist.
-- modes: streaming, batch
-- refused: streaming, batch

CREATE TABLE x (a INT) WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv', 'format' = 'csv', 'csv.delimiter' = ';');

SELECT * FROM x;
