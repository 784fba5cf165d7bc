-- expect: none
-- on: flink
-- tuned: no
-- main: flott.Jobs words
SET 'parallelism.default'='3';
