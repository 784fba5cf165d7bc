-- expect: data-skew
-- tuned: no
-- work: flott=9000 flink=260
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='3';
CREATE TABLE c (u INT, id BIGINT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='1500','fields.u.min'='0','fields.u.max'='999');
CREATE TABLE v (u INT, p STRING, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='20','fields.u.min'='0','fields.u.max'='999','fields.p.length'='20');
CREATE TABLE o (id BIGINT, x STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT c.id, SHA256(REPEAT(v.p, {work})) FROM (SELECT CASE WHEN u < 930 THEN 13 ELSE u END AS u, id, ts FROM c) c
  JOIN (SELECT CASE WHEN u < 500 THEN 13 ELSE u END AS u, p, ts FROM v) v ON c.u = v.u AND c.ts BETWEEN v.ts - INTERVAL '1' SECOND AND v.ts;
