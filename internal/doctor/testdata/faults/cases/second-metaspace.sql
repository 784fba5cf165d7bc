-- expect: memory-limit
-- on: flink
-- tuned: no
-- main: flott.Jobs metaspace rate=100
-- env: FLINK_JVM=-XX:MaxMetaspaceSize=96m
-- after: 60s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'restart-strategy.type'='fixed-delay';
SET 'restart-strategy.fixed-delay.attempts'='50';
SET 'restart-strategy.fixed-delay.delay'='2 s';
