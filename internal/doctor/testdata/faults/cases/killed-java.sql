-- expect: taskmanager-lost
-- on: flink
-- tuned: no
-- main: flott.Jobs machine rate=200 errors=1
-- do: kill-taskmanager 15s
-- after: 40s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='4';
