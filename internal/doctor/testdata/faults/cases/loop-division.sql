-- expect: user-exception
-- tuned: no
-- after: 45s
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='2';
SET 'restart-strategy.type'='fixed-delay';
SET 'restart-strategy.fixed-delay.attempts'='100000';
SET 'restart-strategy.fixed-delay.delay'='1 s';
CREATE TABLE s (id BIGINT, q INT) WITH ('connector'='datagen','rows-per-second'='150','fields.id.kind'='sequence','fields.id.start'='1','fields.id.end'='60000','fields.q.min'='1','fields.q.max'='9');
CREATE TABLE o (q INT, v BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT q, SUM(1000 / (id - 2400)) FROM s GROUP BY q;
