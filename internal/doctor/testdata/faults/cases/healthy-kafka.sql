-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='3s';
SET 'parallelism.default'='2';
SET 'restart-strategy.type'='fixed-delay';
SET 'restart-strategy.fixed-delay.attempts'='1000';
CREATE TABLE s (id BIGINT, k INT, note STRING) WITH ('connector'='datagen','rows-per-second'='300','fields.k.min'='0','fields.k.max'='99','fields.note.length'='16');
CREATE TABLE o (id BIGINT, k INT, note STRING) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','format'='json');
INSERT INTO o SELECT id, k, note FROM s;
