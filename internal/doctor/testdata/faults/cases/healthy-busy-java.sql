-- expect: none
-- on: flink
-- tuned: no
-- main: flott.Jobs skew rate=500 keys=900 micros=500
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
