-- Written: comments.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/t',
  'format' = 'csv',
  'csv.allow-comments' = 'true'
);

INSERT INTO t VALUES (1, 'x', 1.5E0), (2, ' y ', 2E10), (3, 'q,w', 1E-5), (4, '', 0E0), (5, 'a"b', 1E2), (6, 'it''s', CAST(NULL AS DOUBLE)), (7, CAST(NULL AS STRING), 7E0), (8, 'a\b', 8E0), (9, 'l'||CHR(10)||'m', 9E0), (10, 't'||CHR(9), 1E7), (11, '#x', 1E0), (12, 'a;b', 1E0), (13, 'é日本', 1E0), (14, 'abcdefghijklmnopqrstuvwxyz', 1E0), (15, 'a|b', 1E0), (16, '~', 1E0);
