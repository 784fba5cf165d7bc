-- expect: state-growth, state-skew
-- on: flink
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'table.optimizer.agg-phase-strategy'='ONE_PHASE';
SET 'state.backend.type'='hashmap';
CREATE TABLE s (id BIGINT, k STRING) WITH ('connector'='datagen','rows-per-second'='300','fields.k.length'='100','fields.id.min'='0','fields.id.max'='99');
CREATE TABLE o (kk BIGINT, k BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT CASE WHEN id < 95 THEN 7 ELSE id END AS kk, COUNT(DISTINCT k) FROM s GROUP BY CASE WHEN id < 95 THEN 7 ELSE id END;
