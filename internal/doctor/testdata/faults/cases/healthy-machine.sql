-- expect: none
-- on: flink
-- tuned: no
-- main: flott.Jobs machine rate=500 errors=2 keys=900
SET 'execution.checkpointing.interval'='3s';
SET 'parallelism.default'='4';
