-- expect: state-growth
-- after: 50s
-- tuned: no
SET 'execution.checkpointing.interval'='3s';
SET 'parallelism.default'='1';
CREATE TABLE s (id BIGINT, k INT, v STRING) WITH ('connector'='datagen','rows-per-second'='2500','fields.k.min'='0','fields.k.max'='40','fields.v.length'='60');
CREATE TABLE o (k INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, COUNT(DISTINCT v) FROM s GROUP BY k;
