-- A map, with a number for each entry.
-- modes: streaming, batch

CREATE TEMPORARY VIEW changes AS SELECT * FROM (VALUES ('INSERT', 'a', 1), ('UPDATE_BEFORE', 'a', 1), ('UPDATE_AFTER', 'a', 2), ('INSERT', 'b', 3), ('DELETE', 'b', 3), ('INSERT', 'c', 5)) AS t(op, k, s);

SELECT k, mk, mv, i FROM (SELECT k, MAP[k, s] AS m FROM changes) LEFT JOIN UNNEST(m) WITH ORDINALITY AS t(mk, mv, i) ON TRUE;
