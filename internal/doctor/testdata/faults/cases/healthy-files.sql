-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, name STRING, v INT) WITH ('connector'='datagen','rows-per-second'='500','fields.name.length'='12','fields.v.min'='0','fields.v.max'='9');
CREATE TABLE o (id BIGINT, name STRING, v INT) WITH ('connector'='filesystem','path'='{dir}/out','format'='csv','sink.rolling-policy.rollover-interval'='10 s');
INSERT INTO o SELECT id, UPPER(name), v FROM s WHERE v < 8;
