-- expect: user-exception
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'restart-strategy.type'='exponential-delay';
CREATE TABLE s (id BIGINT, k INT) WITH ('connector'='datagen','rows-per-second'='200','fields.id.kind'='sequence','fields.id.start'='0','fields.id.end'='1000000');
CREATE TABLE o (id BIGINT, n INT) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, CAST(CASE WHEN id = 700 THEN 'seven hundred' ELSE '7' END AS INT) FROM s;
