-- expect: state-growth
-- tuned: no
-- after: 60s
SET 'execution.checkpointing.interval'='3s';
SET 'parallelism.default'='3';
CREATE TABLE s (k INT, v STRING) WITH ('connector'='datagen','rows-per-second'='120','fields.k.min'='0','fields.k.max'='20','fields.v.length'='120');
CREATE TABLE o (k INT, l INT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, CHAR_LENGTH(LISTAGG(v)) FROM s GROUP BY k;
