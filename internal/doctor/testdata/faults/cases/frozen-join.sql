-- expect: heartbeat-timeout
-- tuned: no
-- on: flink
-- do: freeze-taskmanager 15s
-- after: 45s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='3';
SET 'table.exec.state.ttl'='20 s';
CREATE TABLE a (id INT, x INT) WITH ('connector'='datagen','rows-per-second'='100','fields.id.min'='0','fields.id.max'='900');
CREATE TABLE b (id INT, y INT) WITH ('connector'='datagen','rows-per-second'='100','fields.id.min'='0','fields.id.max'='900');
CREATE TABLE o (x INT, y INT) WITH ('connector'='blackhole');
INSERT INTO o SELECT a.x, b.y FROM a JOIN b ON a.id = b.id;
