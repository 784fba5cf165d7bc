-- expect: late-data
-- on: flink
-- tuned: no
-- main: flott.Jobs late rate=300 late=35 keys=30
-- after: 40s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='3';
