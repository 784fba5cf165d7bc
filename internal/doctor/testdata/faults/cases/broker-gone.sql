-- expect: slow-sink
-- on: flott
-- do: cut-broker 8s
-- after: 60s
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='1';
SET 'restart-strategy.type'='fixed-delay';
SET 'restart-strategy.fixed-delay.attempts'='1000';
CREATE TABLE s (id BIGINT, k INT) WITH ('connector'='datagen','rows-per-second'='300','fields.k.min'='0','fields.k.max'='99');
CREATE TABLE o (id BIGINT, k INT) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','format'='json');
INSERT INTO o SELECT id, k FROM s;
