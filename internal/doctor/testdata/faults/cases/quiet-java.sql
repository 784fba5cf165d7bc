-- expect: idle-source
-- on: flink
-- tuned: no
-- main: flott.Jobs silent rate=300 keys=40
-- after: 40s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
