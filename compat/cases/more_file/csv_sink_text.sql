-- Which text is quoted.
-- modes: streaming, batch

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE out_ (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/o', 'format' = 'csv');
CREATE TABLE words (id INT, w STRING, sub STRING, n INT) WITH ('connector' = 'filesystem', 'path' = '${data}/words.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

INSERT INTO out_ SELECT id, w FROM words;
