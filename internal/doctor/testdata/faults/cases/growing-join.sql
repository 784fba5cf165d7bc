-- expect: state-growth
-- after: 45s
-- tuned: no
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='2';
CREATE TABLE a (id BIGINT, x STRING) WITH ('connector'='datagen','rows-per-second'='1200','fields.x.length'='80');
CREATE TABLE b (id BIGINT, y STRING) WITH ('connector'='datagen','rows-per-second'='1200','fields.y.length'='80');
CREATE TABLE o (id BIGINT, x STRING, y STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT a.id, x, y FROM a JOIN b ON a.id = b.id;
