-- The set operations of the manual.
-- modes: streaming, batch

(SELECT s FROM (VALUES ('c'), ('a'), ('b'), ('b'), ('c')) AS t1(s)) UNION ALL (SELECT s || '1' FROM (VALUES ('d'), ('e'), ('a'), ('b'), ('b')) AS t2(s));
