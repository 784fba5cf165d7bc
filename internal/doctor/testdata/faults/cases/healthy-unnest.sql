-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='3';
CREATE TABLE s (id BIGINT, tags ARRAY<INT>) WITH ('connector'='datagen','rows-per-second'='300');
CREATE TABLE o (id BIGINT, tag INT) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, tag FROM s CROSS JOIN UNNEST(tags) AS t(tag);
