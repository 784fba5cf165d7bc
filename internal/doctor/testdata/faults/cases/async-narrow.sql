-- expect: slow-lookup
-- on: flink
-- tuned: no
-- main: flott.Jobs async rate=900 ms=60 capacity=3
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='3';
