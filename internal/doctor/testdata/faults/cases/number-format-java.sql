-- expect: user-exception
-- on: flink
-- tuned: no
-- main: flott.Jobs parse rate=200 at=1500
-- after: 40s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'restart-strategy.type'='exponential-delay';
SET 'restart-strategy.exponential-delay.initial-backoff'='1 s';
SET 'restart-strategy.exponential-delay.max-backoff'='4 s';
