-- csv out without quotes.
-- modes: streaming, batch

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE out_ (s STRING, d DECIMAL(20, 10), x STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/o', 'format' = 'csv', 'csv.disable-quote-character' = 'true', 'csv.field-delimiter' = '\t');

INSERT INTO out_ VALUES ('a b', 0.0000000001, 'say "x"'), ('', 1234567890.5, CAST(NULL AS STRING));
