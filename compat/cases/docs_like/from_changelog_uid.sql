-- The identifier that every process table function takes.
-- modes: streaming

CREATE VIEW changes AS SELECT * FROM (VALUES
  (7, 'INSERT', 'seven'), (8, 'INSERT', 'eight'), (7, 'DELETE', 'seven')) AS v (k, op, word);

SELECT * FROM FROM_CHANGELOG(input => TABLE changes, uid => 'words');
