-- expect: slow-sink
-- do: narrow-broker 6s
-- after: 50s
-- tuned: no
SET 'execution.checkpointing.interval'='15s';
SET 'parallelism.default'='1';
CREATE TABLE s (id BIGINT, note STRING) WITH ('connector'='datagen','rows-per-second'='600','fields.note.length'='200');
CREATE TABLE o (id BIGINT, note STRING) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','format'='json','properties.buffer.memory'='131072','properties.delivery.timeout.ms'='600000','properties.request.timeout.ms'='300000','properties.max.block.ms'='600000');
INSERT INTO o SELECT id, UPPER(note) FROM s;
