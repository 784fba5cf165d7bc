-- expect: data-skew
-- tuned: no
-- work: flott=9000 flink=300
-- env: FLINK_SLOTS=3
SET 'execution.checkpointing.interval'='8s';
SET 'parallelism.default'='6';
CREATE TABLE clicks (u INT, url STRING, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='3000','fields.u.min'='1','fields.u.max'='1000','fields.url.length'='16');
CREATE TABLE o (u INT, n BIGINT, h STRING) WITH ('connector'='blackhole');
SET 'table.exec.state.ttl'='2 min';
INSERT INTO o SELECT u, n, SHA384(REPEAT(url, {work})) FROM (SELECT u, url, COUNT(*) OVER (PARTITION BY u ORDER BY pt ROWS BETWEEN 10 PRECEDING AND CURRENT ROW) AS n FROM (SELECT CASE WHEN u <= 820 THEN 0 ELSE u END AS u, url, pt FROM clicks));
