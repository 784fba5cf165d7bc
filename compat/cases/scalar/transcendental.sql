-- Logarithms and trigonometry.
-- modes: streaming, batch
-- digits: 12

SELECT x, EXP(x) AS e, LN(x + 10) AS l, LOG10(x + 10) AS l10, LOG2(x + 10) AS l2, LOG(2, x + 10) AS lb, SIN(x) AS s, COS(x) AS c, TAN(x) AS t, ASIN(x / 10) AS a_s, ACOS(x / 10) AS ac,
  ATAN(x) AS at_, ATAN2(x, 2) AS a2, SINH(x) AS sh, COSH(x) AS ch, TANH(x) AS th, DEGREES(x) AS dg, RADIANS(x) AS rd, COT(x) AS ct, PI() AS pi_, E() AS e_
FROM (VALUES (CAST(1 AS DOUBLE)), (-2.5), (0.25), (CAST(NULL AS DOUBLE))) AS t(x);
