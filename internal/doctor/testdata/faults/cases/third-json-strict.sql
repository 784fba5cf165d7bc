-- expect: user-exception
-- tuned: no
-- after: 40s
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='2';
SET 'restart-strategy.type'='fixed-delay';
SET 'restart-strategy.fixed-delay.attempts'='1000';
SET 'restart-strategy.fixed-delay.delay'='2 s';
CREATE TABLE s (id BIGINT) WITH ('connector'='datagen','rows-per-second'='60','fields.id.kind'='sequence','fields.id.start'='1','fields.id.end'='50000');
CREATE TABLE o (id BIGINT, v STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, JSON_VALUE(CASE WHEN id = 800 THEN '{"a":' ELSE '{"a":1}' END, 'strict $.a' ERROR ON EMPTY ERROR ON ERROR) FROM s;
