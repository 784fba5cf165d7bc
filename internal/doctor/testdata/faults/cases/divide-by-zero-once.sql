-- expect: user-exception
-- on: flink
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='1';
SET 'restart-strategy.type'='fixed-delay';
SET 'restart-strategy.fixed-delay.attempts'='2';
SET 'restart-strategy.fixed-delay.delay'='1 s';
CREATE TABLE s (id INT) WITH ('connector'='datagen','rows-per-second'='100','fields.id.kind'='sequence','fields.id.start'='0','fields.id.end'='1000000');
CREATE TABLE o (k INT) WITH ('connector'='blackhole');
INSERT INTO o SELECT 1000 / (500 - id) FROM s;
