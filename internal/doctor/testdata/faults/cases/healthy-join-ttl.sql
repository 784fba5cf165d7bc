-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'table.exec.state.ttl'='8 s';
CREATE TABLE a (id INT, x DOUBLE) WITH ('connector'='datagen','rows-per-second'='200','fields.id.min'='0','fields.id.max'='3000');
CREATE TABLE b (id INT, y DOUBLE) WITH ('connector'='datagen','rows-per-second'='200','fields.id.min'='0','fields.id.max'='3000');
CREATE TABLE o (id INT, x DOUBLE, y DOUBLE) WITH ('connector'='blackhole');
INSERT INTO o SELECT a.id, x, y FROM a JOIN b ON a.id = b.id;
