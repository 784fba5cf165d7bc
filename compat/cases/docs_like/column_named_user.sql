-- USER without back-ticks is the column of that name: there is no such function.
-- modes: streaming, batch

CREATE VIEW visits AS SELECT * FROM (VALUES ('ann', 3), ('bob', 5), ('ann', 4)) AS v(`user`, seconds);

SELECT user, SUM(seconds) AS seconds FROM visits WHERE user IS NOT NULL GROUP BY user;
