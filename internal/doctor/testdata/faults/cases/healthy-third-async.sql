-- expect: none
-- on: flink
-- tuned: no
-- main: flott.Jobs async rate=90 ms=20 capacity=50
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
