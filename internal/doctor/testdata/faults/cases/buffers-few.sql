-- expect: network-buffers
-- tuned: no
-- on: flink
-- env: FLINK_SLOTS=4 FLINK_NETWORK=3m
-- after: 30s
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='8';
CREATE TABLE s (a INT, b INT, c INT) WITH ('connector'='datagen','rows-per-second'='300','fields.a.min'='0','fields.a.max'='900','fields.b.min'='0','fields.b.max'='100','fields.c.min'='0','fields.c.max'='100');
CREATE TABLE o (n BIGINT, m BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT n, COUNT(*) FROM (SELECT m, COUNT(*) AS n FROM (SELECT a, COUNT(*) AS m FROM s GROUP BY a) GROUP BY m) GROUP BY n;
