-- expect: state-skew
-- on: flink
-- tuned: no
-- main: flott.Jobs bigkey rate=60 keys=500 hot=70
-- after: 70s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
