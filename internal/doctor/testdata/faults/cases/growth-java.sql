-- expect: state-growth
-- on: flink
-- tuned: no
-- main: flott.Jobs growth rate=700 keys=20000
-- after: 60s
SET 'execution.checkpointing.interval'='3s';
SET 'parallelism.default'='2';
