-- expect: taskmanager-lost
-- on: flink
-- tuned: no
-- main: flott.Jobs growth rate=50 keys=50
-- do: kill-taskmanager 20s
-- after: 38s
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='3';
