-- Two entries of the mapping must not mean the same change.
-- modes: streaming
-- refused: streaming

CREATE VIEW changes AS SELECT * FROM (VALUES
  (7, 'new', 'seven'), (8, 'read', 'eight'), (7, 'gone', 'seven')) AS v (k, op, word);

SELECT * FROM FROM_CHANGELOG(input => TABLE changes, op_mapping => MAP['new', 'INSERT', 'read', 'INSERT', 'gone', 'DELETE']);
