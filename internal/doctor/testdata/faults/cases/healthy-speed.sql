-- expect: none
-- on: flink
-- tuned: no
-- main: flott.Jobs speed rate=40 keys=4
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
