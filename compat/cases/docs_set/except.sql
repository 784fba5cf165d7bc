-- EXCEPT and EXCEPT ALL.
-- modes: streaming, batch

SELECT 'd' AS what, s FROM ((SELECT s FROM (VALUES ('c'), ('a'), ('b'), ('b'), ('c')) AS t1(s)) EXCEPT (SELECT s FROM (VALUES ('d'), ('e'), ('a'), ('b'), ('b')) AS t2(s))) AS x UNION ALL SELECT 'a', s FROM ((SELECT s FROM (VALUES ('c'), ('a'), ('b'), ('b'), ('c')) AS t1(s)) EXCEPT ALL (SELECT s FROM (VALUES ('d'), ('e'), ('a'), ('b'), ('b')) AS t2(s))) AS y;
