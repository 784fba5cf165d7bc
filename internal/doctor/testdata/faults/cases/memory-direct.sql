-- expect: memory-limit
-- on: flink
-- tuned: no
-- main: flott.Jobs direct rate=200
-- env: FLINK_TASK_HEAP=400m
-- after: 60s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'restart-strategy.type'='fixed-delay';
SET 'restart-strategy.fixed-delay.attempts'='3';
