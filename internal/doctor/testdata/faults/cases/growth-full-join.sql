-- expect: state-growth
-- tuned: no
-- after: 60s
SET 'execution.checkpointing.interval'='3s';
SET 'parallelism.default'='2';
CREATE TABLE a (id BIGINT, x STRING) WITH ('connector'='datagen','rows-per-second'='250','fields.x.length'='80');
CREATE TABLE b (id BIGINT, y STRING) WITH ('connector'='datagen','rows-per-second'='250','fields.y.length'='80');
CREATE TABLE o (x STRING, y STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT a.x, b.y FROM a FULL OUTER JOIN b ON a.id = b.id;
