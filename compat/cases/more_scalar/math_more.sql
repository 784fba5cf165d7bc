-- Mathematical functions at odd arguments.
-- modes: streaming, batch
-- digits: 12

SELECT x, SQRT(x) AS a, LN(x) AS b, LOG10(x) AS c, LOG2(x) AS d, LOG(2, x) AS e, EXP(x) AS f, POWER(x, 2) AS g, POWER(x, -0.5e0) AS h, SIGN(x) AS j, ATAN2(x, 2e0) AS k, CBRT_ AS l, FLOOR(x) AS m, CEIL(x) AS o FROM (SELECT x, x * 2 AS CBRT_ FROM (VALUES (0.25e0), (1e0), (2e0), (100e0), (1e-3)) AS v(x)) AS t;
