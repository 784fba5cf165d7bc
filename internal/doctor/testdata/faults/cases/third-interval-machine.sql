-- expect: checkpoint-interval-short
-- on: flink
-- tuned: no
-- main: flott.Jobs machine rate=300 errors=3
SET 'execution.checkpointing.interval'='15 ms';
SET 'parallelism.default'='3';
