-- expect: parallelism-mismatch
-- tuned: no
-- work: flott=9000 flink=260
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='4';
CREATE TABLE s (id BIGINT, t STRING) WITH ('connector'='datagen','rows-per-second'='3000','fields.t.length'='20','scan.parallelism'='4');
CREATE TABLE o (x STRING) WITH ('connector'='blackhole');
SET 'parallelism.default'='1';
INSERT INTO o SELECT SHA256(REPEAT(t, {work})) FROM s;
