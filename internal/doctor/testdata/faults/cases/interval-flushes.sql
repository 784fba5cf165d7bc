-- expect: checkpoint-interval-short
-- on: flink
-- tuned: no
-- main: flott.Jobs pipe rate=300 flush=700
SET 'execution.checkpointing.interval'='200 ms';
SET 'parallelism.default'='2';
