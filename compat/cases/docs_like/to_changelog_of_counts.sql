-- TO_CHANGELOG shows every change of an aggregate, not the net change of several rows.
-- modes: streaming

CREATE VIEW input AS SELECT * FROM (VALUES (1, 'a'), (1, 'b'), (2, 'c'), (1, 'd')) AS v(k, t);
CREATE VIEW counts AS SELECT k, COUNT(*) AS n, MAX(t) AS latest FROM input GROUP BY k;

SELECT * FROM TO_CHANGELOG(input => TABLE counts);
