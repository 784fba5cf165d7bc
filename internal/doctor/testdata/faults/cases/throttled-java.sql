-- expect: cpu-saturated
-- on: flink
-- tuned: no
-- main: flott.Jobs machine rate=6000 keys=500
-- do: throttle 10s
-- after: 50s
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='2';
