-- expect: none
-- on: flink
-- tuned: no
-- main: flott.Jobs sessions
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
