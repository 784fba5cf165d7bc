-- expect: slow-operator
-- on: flink
-- tuned: no
-- main: flott.Jobs pipe rate=900 mapsleep=8
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='4';
