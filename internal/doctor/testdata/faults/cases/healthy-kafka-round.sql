-- expect: none
-- after: 40s
-- tuned: no
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='1';
CREATE TABLE g (id BIGINT, k INT) WITH ('connector'='datagen','rows-per-second'='200','fields.k.min'='0','fields.k.max'='50');
CREATE TABLE t (id BIGINT, k INT) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','properties.group.id'='g','scan.startup.mode'='earliest-offset','format'='json');
CREATE TABLE o (k INT, n BIGINT) WITH ('connector'='blackhole');
SET 'pipeline.name'='fill';
INSERT INTO t SELECT id, k FROM g;
SET 'pipeline.name'='healthy-kafka-round';
INSERT INTO o SELECT k, COUNT(*) FROM t GROUP BY k;
