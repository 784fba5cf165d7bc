-- A name that a subquery gives twice cannot be asked for.
-- modes: streaming, batch
-- refused: streaming, batch

SELECT id FROM (SELECT a.id, b.id FROM (VALUES (1)) AS a(id) JOIN (VALUES (1)) AS b(id) ON a.id = b.id) AS t;
