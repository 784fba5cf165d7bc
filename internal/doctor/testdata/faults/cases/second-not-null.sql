-- expect: user-exception
-- tuned: no
-- after: 40s
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='2';
SET 'restart-strategy.type'='fixed-delay';
SET 'restart-strategy.fixed-delay.attempts'='100000';
SET 'restart-strategy.fixed-delay.delay'='3 s';
CREATE TABLE s (id BIGINT, v INT) WITH ('connector'='datagen','rows-per-second'='50','fields.id.kind'='sequence','fields.id.start'='1','fields.id.end'='50000','fields.v.min'='0','fields.v.max'='9');
CREATE TABLE o (id BIGINT, v INT NOT NULL) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, CASE WHEN id = 900 THEN CAST(NULL AS INT) ELSE v END FROM s;
