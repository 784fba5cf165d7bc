-- expect: slow-sink
-- tuned: no
-- on: flink
-- work: flott=60000 flink=60000
SET 'execution.checkpointing.interval'='8s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, t STRING) WITH ('connector'='datagen','rows-per-second'='3000','fields.t.length'='9');
CREATE TABLE o (id BIGINT, n BIGINT, t STRING) WITH ('connector'='filesystem','path'='{dir}/wide','format'='json');
INSERT INTO o SELECT id, n, REPEAT(t, {work}) FROM (SELECT id, COUNT(*) OVER (PARTITION BY id ORDER BY PROCTIME()) AS n, t FROM s);
