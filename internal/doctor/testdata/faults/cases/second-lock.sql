-- expect: lock-contention
-- on: flink
-- tuned: no
-- main: flott.Jobs lock rate=2000 ms=4
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='4';
