-- expect: slow-operator
-- tuned: no
-- work: flott=900 flink=50
-- env: FLINK_SLOTS=4
SET 'execution.checkpointing.interval'='8s';
SET 'parallelism.default'='8';
CREATE TABLE s (k INT, t STRING, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='4000','fields.k.min'='0','fields.k.max'='9999','fields.t.length'='120');
CREATE TABLE o (k INT, x STRING) WITH ('connector'='blackhole');
SET 'table.exec.state.ttl'='1 min';
INSERT INTO o SELECT k, REGEXP_EXTRACT(REPEAT(t, {work}), '([0-9]+)([a-f]+)$', 1) FROM (SELECT k, t, ROW_NUMBER() OVER (PARTITION BY k ORDER BY pt) AS n, pt FROM s) WHERE n <= 100000;
