-- expect: data-skew
-- tuned: no
-- work: flott=6000 flink=200
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'table.exec.state.ttl'='1 min';
CREATE TABLE s (id BIGINT, k INT) WITH ('connector'='datagen','rows-per-second'='3000','fields.k.min'='0','fields.k.max'='99');
CREATE TABLE d (k INT, v STRING) WITH ('connector'='datagen','number-of-rows'='300','fields.k.kind'='sequence','fields.k.start'='0','fields.k.end'='299');
CREATE TABLE o (id BIGINT, x STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT s.id, SHA512(REPEAT(d.v, {work})) FROM (SELECT id, CASE WHEN k < 95 THEN 5 ELSE k END AS k FROM s) s JOIN d ON s.k = d.k;
