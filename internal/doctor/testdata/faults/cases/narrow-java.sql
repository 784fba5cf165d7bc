-- expect: parallelism-mismatch
-- on: flink
-- tuned: no
-- main: flott.Jobs pipe rate=2500 mapmicros=600 mapp=1
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='4';
