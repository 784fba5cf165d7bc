-- expect: checkpoint-timeout-short
-- on: flink
-- tuned: no
-- main: flott.Jobs snapshot rate=300 sync=120
-- after: 40s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'execution.checkpointing.timeout'='100 ms';
SET 'execution.checkpointing.tolerable-failed-checkpoints'='5000';
