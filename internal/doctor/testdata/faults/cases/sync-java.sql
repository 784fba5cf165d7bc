-- expect: checkpoint-sync-slow
-- on: flink
-- tuned: no
-- main: flott.Jobs snapshot rate=300 sync=3000
-- after: 45s
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='2';
