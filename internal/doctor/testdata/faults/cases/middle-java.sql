-- expect: slow-operator
-- on: flink
-- tuned: no
-- main: flott.Jobs pipe rate=2500 mapmicros=1500
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='2';
