-- expect: data-skew
-- tuned: no
-- work: flott=20000 flink=400
SET 'execution.checkpointing.interval'='8s';
SET 'parallelism.default'='3';
CREATE TABLE a (r INT, id BIGINT) WITH ('connector'='datagen','rows-per-second'='2500','fields.r.min'='0','fields.r.max'='999');
CREATE TABLE b (k STRING, v STRING) WITH ('connector'='datagen','number-of-rows'='40','fields.k.length'='1','fields.v.length'='30');
CREATE TABLE o (id BIGINT, x STRING) WITH ('connector'='blackhole');
SET 'table.exec.state.ttl'='20 s';
INSERT INTO o SELECT a.id, SHA256(REPEAT(COALESCE(b.v, 'nobody'), {work})) FROM (SELECT CASE WHEN r < 850 THEN 'unknown' ELSE CAST(r AS STRING) END AS k, id FROM a) a LEFT JOIN b ON a.k = b.k;
