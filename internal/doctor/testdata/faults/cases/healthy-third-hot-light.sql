-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='4';
CREATE TABLE s (r INT, v INT) WITH ('connector'='datagen','rows-per-second'='200','fields.r.min'='0','fields.r.max'='99','fields.v.min'='0','fields.v.max'='9');
CREATE TABLE o (k INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT CASE WHEN r < 90 THEN 1 ELSE r END, SUM(v) FROM s GROUP BY CASE WHEN r < 90 THEN 1 ELSE r END;
