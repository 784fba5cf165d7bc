-- ORDER BY without LIMIT means nothing inside: in FROM, WITH, IN and a side of UNION ALL.
-- modes: streaming, batch

CREATE VIEW stock AS SELECT * FROM (VALUES ('kettle', 40), ('lamp', 25), ('chair', 90)) AS s(product, price);

WITH dear AS (SELECT product, price FROM stock WHERE price > 30 ORDER BY price DESC)
SELECT a.product, d.price FROM (SELECT product FROM stock ORDER BY price, product) AS a JOIN dear AS d ON a.product = d.product
WHERE d.price IN (SELECT price FROM stock ORDER BY product)
UNION ALL
(SELECT product, -price FROM stock ORDER BY product);
