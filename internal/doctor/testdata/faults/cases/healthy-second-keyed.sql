-- expect: none
-- on: flink
-- tuned: no
-- main: flott.Jobs pipe rate=300 sinksleep=1
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='3';
