-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'execution.checkpointing.min-pause'='2s';
SET 'parallelism.default'='2';
SET 'table.exec.state.ttl'='10 s';
CREATE TABLE events (id INT, body STRING, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='400','fields.id.min'='0','fields.id.max'='2000','fields.body.length'='30');
CREATE TABLE o (id INT, body STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, body FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY pt) AS rn FROM events) WHERE rn = 1;
