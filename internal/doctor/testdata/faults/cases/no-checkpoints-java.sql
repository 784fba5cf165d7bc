-- expect: checkpoint-disabled
-- on: flink
-- tuned: no
-- main: flott.Jobs speed rate=50 keys=4
SET 'parallelism.default'='2';
