-- expect: slow-sink
-- on: flink
-- tuned: no
-- main: flott.Jobs pipe rate=500 sinksleep=9
SET 'execution.checkpointing.interval'='7s';
SET 'parallelism.default'='4';
