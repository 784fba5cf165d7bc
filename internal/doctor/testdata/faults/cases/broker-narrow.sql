-- expect: slow-sink
-- do: narrow-broker 8s
-- after: 45s
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'execution.checkpointing.timeout'='10 min';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k INT, note STRING, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='2000','fields.k.min'='0','fields.k.max'='99','fields.note.length'='300');
CREATE TABLE o (id BIGINT, k INT, note STRING, n BIGINT) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','format'='json','properties.buffer.memory'='200000','properties.delivery.timeout.ms'='600000','properties.request.timeout.ms'='300000','properties.max.block.ms'='600000');
INSERT INTO o SELECT id, k, note, COUNT(*) OVER (PARTITION BY k ORDER BY pt) FROM s;
