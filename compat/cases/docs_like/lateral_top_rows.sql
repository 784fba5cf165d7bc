-- The dearest products of each shop: a subquery in FROM with ORDER BY and LIMIT that looks at the row beside it.
-- modes: streaming

CREATE VIEW stock AS SELECT * FROM (VALUES
  ('north', 'kettle', 40), ('north', 'lamp', 25), ('north', 'chair', 90), ('north', 'cup', 4),
  ('south', 'kettle', 42), ('south', 'desk', 150), ('west', 'cup', 5)) AS s(shop, product, price);

SELECT shops.shop, best.product, best.price
FROM (SELECT DISTINCT shop FROM stock) AS shops, LATERAL (
  SELECT product, price FROM stock WHERE stock.shop = shops.shop ORDER BY price DESC LIMIT 2
) AS best;
