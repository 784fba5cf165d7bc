-- expect: state-growth
-- tuned: no
-- after: 60s
SET 'execution.checkpointing.interval'='3s';
SET 'parallelism.default'='2';
CREATE TABLE s (id STRING, v DOUBLE, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='500','fields.id.length'='60');
CREATE TABLE o (id STRING, v DOUBLE) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, v FROM (SELECT id, v, ROW_NUMBER() OVER (PARTITION BY id ORDER BY pt) AS n FROM s) WHERE n = 1;
