-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE a (id INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='200','fields.id.min'='0','fields.id.max'='999');
CREATE TABLE b (id INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='200','fields.id.min'='0','fields.id.max'='999');
CREATE TABLE o (id INT, t TIMESTAMP(3)) WITH ('connector'='blackhole');
INSERT INTO o SELECT a.id, b.ts FROM a JOIN b ON a.id = b.id AND a.ts BETWEEN b.ts - INTERVAL '4' SECOND AND b.ts + INTERVAL '4' SECOND;
