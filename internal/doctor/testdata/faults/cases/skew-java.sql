-- expect: data-skew
-- on: flink
-- tuned: no
-- main: flott.Jobs skew rate=2500 keys=600 hot=85 hotkey=4 micros=700
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='4';
