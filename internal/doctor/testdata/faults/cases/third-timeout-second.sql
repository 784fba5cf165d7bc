-- expect: checkpoint-timeout-short
-- on: flink
-- tuned: no
-- main: flott.Jobs pipe rate=200 flush=1600
-- after: 45s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'execution.checkpointing.timeout'='1 s';
SET 'execution.checkpointing.tolerable-failed-checkpoints'='5000';
