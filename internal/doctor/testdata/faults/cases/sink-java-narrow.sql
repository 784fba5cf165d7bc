-- expect: slow-sink
-- on: flink
-- tuned: no
-- main: flott.Jobs pipe rate=700 sinksleep=3 sinkp=1
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='3';
