-- expect: watermark-stalled
-- on: flink
-- tuned: no
-- main: flott.Jobs stuck rate=200 keys=30
-- after: 40s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
