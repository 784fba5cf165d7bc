-- expect: memory-limit
-- on: flink
-- tuned: no
-- main: flott.Jobs churn rate=300 mb=3000 keys=50
-- after: 50s
SET 'execution.checkpointing.interval'='8s';
SET 'parallelism.default'='2';
SET 'restart-strategy.type'='fixed-delay';
SET 'restart-strategy.fixed-delay.attempts'='100';
SET 'restart-strategy.fixed-delay.delay'='2 s';
