-- expect: checkpoint-disabled
-- tuned: no
SET 'parallelism.default'='2';
CREATE TABLE a (id INT, x INT) WITH ('connector'='datagen','rows-per-second'='100','fields.id.min'='0','fields.id.max'='900');
CREATE TABLE b (id INT, y INT) WITH ('connector'='datagen','rows-per-second'='100','fields.id.min'='0','fields.id.max'='900');
CREATE TABLE o (x INT, y INT) WITH ('connector'='blackhole');
SET 'table.exec.state.ttl'='20 s';
INSERT INTO o SELECT a.x, b.y FROM a LEFT JOIN b ON a.id = b.id;
