-- expect: slow-sink
-- on: flink
-- tuned: no
-- main: flott.Jobs pipe rate=900 sinksleep=4
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='3';
