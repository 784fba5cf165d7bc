-- expect: none
-- on: flink
-- tuned: no
-- main: flott.Jobs past rate=400 keys=20
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
