-- expect: slow-sink
-- tuned: no
-- on: flink
SET 'execution.checkpointing.interval'='8s';
SET 'parallelism.default'='2';
CREATE TABLE s (k INT, v STRING) WITH ('connector'='datagen','rows-per-second'='700','fields.k.min'='0','fields.k.max'='500','fields.v.length'='20');
CREATE TABLE good (k INT, v STRING) WITH ('connector'='blackhole');
CREATE TABLE bad (k INT, n BIGINT) WITH ('connector'='slow','delay-ms'='7');
SET 'table.exec.state.ttl'='1 min';
EXECUTE STATEMENT SET BEGIN
INSERT INTO good SELECT k, UPPER(v) FROM s;
INSERT INTO bad SELECT k, COUNT(*) FROM s GROUP BY k;
END;
