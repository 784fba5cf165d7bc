-- expect: none
-- on: flink
-- tuned: no
-- main: flott.Jobs bursts size=2000 micros=30
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
