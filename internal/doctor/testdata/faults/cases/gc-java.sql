-- expect: gc-pressure
-- on: flink
-- tuned: no
-- main: flott.Jobs churn rate=400 mb=420 keys=50
-- env: FLINK_TASK_HEAP=300m
-- after: 40s
SET 'execution.checkpointing.interval'='8s';
SET 'parallelism.default'='2';
