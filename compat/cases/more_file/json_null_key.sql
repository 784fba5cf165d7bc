-- A MAP with a NULL key as a literal.
-- modes: streaming, batch

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE out_ (m MAP<STRING, INT>) WITH ('connector' = 'filesystem', 'path' = '${out}/o', 'format' = 'json', 'json.map-null-key.mode' = 'LITERAL', 'json.map-null-key.literal' = 'nothing');

INSERT INTO out_ SELECT MAP[CAST(NULL AS STRING), 1, 'a', 2];
