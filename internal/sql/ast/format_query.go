package ast

import "strconv"

func (p *printer) query(q *Query) {
	if q.With != nil {
		p.put("WITH ")
		p.putIf(q.Recursive, "RECURSIVE ")
		p.list(len(q.With), func(i int) {
			c := &q.With[i]
			p.ident(c.Name)
			p.parenIdents(c.Columns)
			p.put(" AS ")
			p.subquery(c.Query)
		})
		p.put(" ")
	}
	if inner, ok := q.Body.(*Query); ok {
		p.subquery(inner)
	} else {
		p.body(q.Body)
	}
	if q.OrderBy != nil {
		p.put(" ORDER BY ")
		p.sortItems(q.OrderBy)
	}
	if q.Limit != nil {
		p.put(" LIMIT ", q.Limit.Text)
	}
	if q.Offset != nil {
		p.put(" OFFSET ", q.Offset.Text)
	}
}

func (p *printer) body(b QueryBody) {
	switch b := b.(type) {
	case *Query:
		p.query(b)
	case *Select:
		p.selectBlock(b)
	case *SetOp:
		p.setOperand(b.Left, b.Op.level())
		p.put(" ", string(b.Op), " ")
		p.putIf(b.All, "ALL ")
		p.setOperand(b.Right, b.Op.level()+1)
	case *Values:
		p.put("VALUES ")
		p.list(len(b.Rows), func(i int) {
			p.row(b.Rows[i].Elems)
		})
	case *ExplicitTable:
		p.put("TABLE ")
		p.name(b.Name)
	}
}

// row prints (a, b). A row of a single row needs its ROW.
func (p *printer) row(elems []Expr) {
	if len(elems) == 1 {
		_, ok := elems[0].(*RowCtor)
		p.putIf(ok, "ROW")
	}
	p.put("(")
	p.exprs(elems)
	p.put(")")
}

// level tells which set operation binds stronger.
func (op SetOpKind) level() int {
	if op == Intersect {
		return 2
	}
	return 1
}

// setOperand prints an operand of a set operation, in parentheses if it binds
// weaker than least.
func (p *printer) setOperand(b QueryBody, least int) {
	_, query := b.(*Query)
	op, isOp := b.(*SetOp)
	if query || isOp && op.Op.level() < least {
		p.put("(")
		p.body(b)
		p.put(")")
		return
	}
	p.body(b)
}

func (p *printer) selectBlock(s *Select) {
	p.put("SELECT ")
	if s.Hints != nil {
		p.hints(s.Hints)
		p.put(" ")
	}
	p.putIf(s.Distinct, "DISTINCT ")
	p.list(len(s.Items), func(i int) { p.selectItem(&s.Items[i]) })
	if s.From != nil {
		p.put(" FROM ")
		p.tableRef(s.From)
	}
	p.clause(" WHERE ", s.Where)
	if s.GroupBy != nil {
		p.put(" GROUP BY ")
		p.putIf(s.GroupBy.Distinct, "DISTINCT ")
		p.list(len(s.GroupBy.Items), func(i int) { p.groupItem(&s.GroupBy.Items[i]) })
	}
	p.clause(" HAVING ", s.Having)
	p.windows(" WINDOW ", s)
	p.clause(" QUALIFY ", s.Qualify)
}

// windows prints the named windows behind a keyword, or nothing.
func (p *printer) windows(keyword string, s *Select) {
	if s.Windows == nil {
		return
	}
	p.put(keyword)
	p.list(len(s.Windows), func(i int) {
		p.ident(s.Windows[i].Name)
		p.put(" AS (")
		p.windowSpec(s.Windows[i].Spec)
		p.put(")")
	})
}

// clause prints a keyword and an expression, or nothing for nil.
func (p *printer) clause(keyword string, x Expr) {
	if x != nil {
		p.put(keyword)
		p.expr(x, LevelNone)
	}
}

func (p *printer) selectItem(s *SelectItem) {
	p.expr(s.X, LevelNone)
	if s.Alias != nil {
		p.put(" AS ")
		p.ident(*s.Alias)
	}
}

func (p *printer) sortItems(items []SortItem) {
	p.list(len(items), func(i int) { p.sortItem(&items[i]) })
}

func (p *printer) sortItem(s *SortItem) {
	p.expr(s.X, LevelNone)
	p.putIf(s.Desc, " DESC")
	if s.Nulls != NullsDefault {
		p.put(" NULLS ", string(s.Nulls))
	}
}

func (p *printer) groupItem(g *GroupItem) {
	switch g.Kind {
	case GroupExpr:
		p.expr(g.X, LevelNone)
		return
	case GroupSet:
	default:
		p.put(string(g.Kind), " ")
	}
	p.put("(")
	p.list(len(g.Items), func(i int) { p.groupItem(&g.Items[i]) })
	p.put(")")
}

// windowSpec prints what stands in the parentheses.
func (p *printer) windowSpec(w *WindowSpec) {
	space := ""
	if w.Ref != nil {
		p.ident(*w.Ref)
		space = " "
	}
	if w.PartitionBy != nil {
		p.put(space, "PARTITION BY ")
		p.exprs(w.PartitionBy)
		space = " "
	}
	if w.OrderBy != nil {
		p.put(space, "ORDER BY ")
		p.sortItems(w.OrderBy)
		space = " "
	}
	if f := w.Frame; f != nil {
		if f.Rows {
			p.put(space, "ROWS ")
		} else {
			p.put(space, "RANGE ")
		}
		p.putIf(f.End != nil, "BETWEEN ")
		p.bound(&f.Start)
		if f.End != nil {
			p.put(" AND ")
			p.bound(f.End)
		}
	}
}

func (p *printer) bound(b *FrameBound) {
	if b.Offset != nil {
		p.expr(b.Offset, LevelAnd+1)
		p.put(" ")
	}
	p.put(string(b.Kind))
}

func (p *printer) hints(hs []Hint) {
	p.put("/*+ ")
	p.list(len(hs), func(i int) { p.hint(&hs[i]) })
	p.put(" */")
}

func (p *printer) hint(h *Hint) {
	p.put(QuoteIdent(h.Name))
	if h.Args == nil {
		return
	}
	p.put("(")
	p.list(len(h.Args), func(i int) {
		switch a := h.Args[i]; {
		case a.HasKey:
			p.put(QuoteString(a.Key), " = ", QuoteString(a.Value))
		case a.Quoted:
			p.str(a.Value)
		case a.Number:
			p.put(a.Value)
		default:
			p.put(QuoteIdent(a.Value))
		}
	})
	p.put(")")
}

func (p *printer) alias(a *Alias) {
	if a != nil {
		p.put(" AS ")
		p.ident(a.Name)
		p.parenIdents(a.Columns)
	}
}

func (p *printer) tableRef(t TableRef) {
	switch t := t.(type) {
	case *Table:
		p.name(t.Name)
		if t.Hints != nil {
			p.put(" ")
			p.hints(t.Hints)
		}
		if t.SystemTime != nil {
			p.put(" FOR SYSTEM_TIME AS OF ")
			p.expr(t.SystemTime, LevelCompare+1)
		}
		p.alias(t.Alias)
	case *Derived:
		p.putIf(t.Lateral, "LATERAL ")
		p.subquery(t.Query)
		p.alias(t.Alias)
	case *TableFunc:
		p.putIf(t.Lateral, "LATERAL ")
		p.put("TABLE(")
		p.call(t.Call)
		p.put(")")
		p.alias(t.Alias)
	case *Unnest:
		p.put("UNNEST(")
		p.exprs(t.Args)
		p.put(")")
		p.putIf(t.Ordinality, " WITH ORDINALITY")
		p.alias(t.Alias)
	case *Join:
		p.join(t)
	case *Pivot:
		p.pivot(t)
	case *MatchRecognize:
		p.match(t)
	}
}

func (p *printer) join(j *Join) {
	p.joinOperand(j.Left, j.Kind != CommaJoin && isComma(j.Left))
	if j.Kind == CommaJoin {
		p.put(", ")
	} else {
		p.put(" ")
		p.putIf(j.Natural, "NATURAL ")
		p.put(string(j.Kind), " JOIN ")
	}
	right, nested := j.Right.(*Join)
	p.joinOperand(j.Right, nested && (j.Kind != CommaJoin || right.Kind == CommaJoin))
	p.clause(" ON ", j.On)
	if j.Using != nil {
		p.put(" USING")
		p.parenIdents(j.Using)
	}
}

func isComma(t TableRef) bool {
	j, ok := t.(*Join)
	return ok && j.Kind == CommaJoin
}

func (p *printer) joinOperand(t TableRef, paren bool) {
	p.putIf(paren, "(")
	p.tableRef(t)
	p.putIf(paren, ")")
}

func (p *printer) pivot(t *Pivot) {
	p.tableRef(t.Input)
	p.put(" PIVOT (")
	p.list(len(t.Aggs), func(i int) { p.selectItem(&t.Aggs[i]) })
	p.put(" FOR ")
	p.putIf(len(t.Axes) > 1, "(")
	p.list(len(t.Axes), func(i int) { p.dotted(t.Axes[i].Parts) })
	p.putIf(len(t.Axes) > 1, ")")
	p.put(" IN (")
	p.list(len(t.Values), func(i int) {
		v := &t.Values[i]
		p.row(v.Elems)
		if v.Alias != nil {
			p.put(" AS ")
			p.ident(*v.Alias)
		}
	})
	p.put("))")
	p.alias(t.Alias)
}

func (p *printer) match(m *MatchRecognize) {
	p.tableRef(m.Input)
	p.put(" MATCH_RECOGNIZE (")
	if m.PartitionBy != nil {
		p.put("PARTITION BY ")
		p.exprs(m.PartitionBy)
		p.put(" ")
	}
	if m.OrderBy != nil {
		p.put("ORDER BY ")
		p.sortItems(m.OrderBy)
		p.put(" ")
	}
	if m.Measures != nil {
		p.put("MEASURES ")
		p.list(len(m.Measures), func(i int) {
			p.expr(m.Measures[i].X, LevelNone)
			p.put(" AS ")
			p.ident(m.Measures[i].Name)
		})
		p.put(" ")
	}
	if m.Rows != RowsUnspecified {
		p.put(string(m.Rows), " ")
	}
	if m.After != nil {
		p.put("AFTER MATCH SKIP ", string(m.After.Kind), " ")
		if m.After.Variable != nil {
			p.ident(*m.After.Variable)
			p.put(" ")
		}
	}
	p.put("PATTERN (")
	p.putIf(m.StrictStart, "^ ")
	p.pattern(m.Pattern, false)
	p.putIf(m.StrictEnd, " $")
	p.put(")")
	p.clause(" WITHIN ", m.Within)
	if m.Subsets != nil {
		p.put(" SUBSET ")
		p.list(len(m.Subsets), func(i int) {
			p.ident(m.Subsets[i].Name)
			p.put(" =")
			p.parenIdents(m.Subsets[i].Members)
		})
	}
	p.put(" DEFINE ")
	p.list(len(m.Define), func(i int) {
		p.ident(m.Define[i].Name)
		p.put(" AS ")
		p.expr(m.Define[i].Cond, LevelNone)
	})
	p.put(")")
	p.alias(m.Alias)
}

// pattern prints x; atom asks for parentheses around what is not a single thing.
func (p *printer) pattern(x Pattern, atom bool) {
	switch x := x.(type) {
	case *PatternVar:
		p.ident(x.Name)
	case *PatternSeq:
		p.putIf(atom, "(")
		for i, item := range x.Items {
			p.putIf(i > 0, " ")
			_, seq := item.(*PatternSeq)
			_, alt := item.(*PatternAlt)
			p.pattern(item, seq || alt)
		}
		p.putIf(atom, ")")
	case *PatternAlt:
		p.putIf(atom, "(")
		for i, item := range x.Items {
			p.putIf(i > 0, " | ")
			_, alt := item.(*PatternAlt)
			p.pattern(item, alt)
		}
		p.putIf(atom, ")")
	case *PatternRepeat:
		_, again := x.X.(*PatternRepeat)
		p.putIf(again, "(")
		p.pattern(x.X, true)
		p.putIf(again, ")")
		p.quantifier(x)
	case *PatternExclude:
		p.put("{- ")
		p.pattern(x.X, false)
		p.put(" -}")
	case *PatternPermute:
		p.put("PERMUTE(")
		p.list(len(x.Items), func(i int) { p.pattern(x.Items[i], false) })
		p.put(")")
	}
}

func (p *printer) quantifier(x *PatternRepeat) {
	switch {
	case x.Min == 0 && x.Max == -1:
		p.put("*")
	case x.Min == 1 && x.Max == -1:
		p.put("+")
	case x.Min == 0 && x.Max == 1:
		p.put("?")
	case x.Min < 0:
		p.put("{,", strconv.Itoa(x.Max), "}")
	case x.Min == x.Max:
		p.put("{", strconv.Itoa(x.Min), "}")
	case x.Max == -1:
		p.put("{", strconv.Itoa(x.Min), ",}")
	default:
		p.put("{", strconv.Itoa(x.Min), ",", strconv.Itoa(x.Max), "}")
	}
	p.putIf(x.Reluctant, "?")
}
