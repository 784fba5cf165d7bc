-- expect: checkpoint-declined
-- on: flink
-- tuned: no
-- main: flott.Jobs snapshot rate=300 fail=1
-- after: 40s
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='2';
SET 'execution.checkpointing.tolerable-failed-checkpoints'='5000';
