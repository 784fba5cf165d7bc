package ast

import "strings"

// words prints the words which are not empty, each with a space behind it.
func (p *printer) words(ws ...string) {
	for _, w := range ws {
		if w != "" {
			p.put(w, " ")
		}
	}
}

// when returns s if ok, else "".
func when(ok bool, s string) string {
	if ok {
		return s
	}
	return ""
}

func (p *printer) statement(s Statement) {
	switch s := s.(type) {
	case *QueryStatement:
		p.query(s.Query)
	case *Insert:
		p.insert(s)
	case *StatementSet:
		p.put("EXECUTE ")
		p.statementSet(s)
	case *BeginStatementSet:
		p.put("BEGIN STATEMENT SET")
	case *EndStatementSet:
		p.put("END")
	case *Update:
		p.put("UPDATE ")
		p.name(s.Table)
		p.alias(s.Alias)
		p.put(" SET ")
		p.list(len(s.Set), func(i int) {
			p.ident(s.Set[i].Column)
			p.put(" = ")
			p.expr(s.Set[i].Value, LevelNone)
		})
		p.clause(" WHERE ", s.Where)
	case *Delete:
		p.put("DELETE FROM ")
		p.name(s.Table)
		p.alias(s.Alias)
		p.clause(" WHERE ", s.Where)
	case *Truncate:
		p.put("TRUNCATE TABLE ")
		p.name(s.Table)
	case *CompilePlan:
		p.words("COMPILE", when(s.Execute, "AND EXECUTE"), "PLAN", QuoteString(s.Path.Text), when(s.IfNotExists, "IF NOT EXISTS"), "FOR")
		p.innerStatement(s.Stmt)
	case *ExecutePlan:
		p.put("EXECUTE PLAN ", QuoteString(s.Path.Text))
	case *CallProcedure:
		p.put("CALL ")
		p.call(s.Call)
	case *Analyze:
		p.analyze(s)
	case *Explain:
		p.words("EXPLAIN", strings.Join(s.Details, ", "))
		p.innerStatement(s.Stmt)
	case *CreateTable, *CreateMaterializedTable, *CreateView, *CreateFunction, *CreateCatalog, *CreateDatabase, *CreateModel, *CreateConnection:
		p.create(s)
	case *Drop:
		p.words("DROP", when(s.Temporary, "TEMPORARY"), when(s.System, "SYSTEM"), string(s.Kind), when(s.IfExists, "IF EXISTS"))
		p.name(s.Name)
		p.putIf(s.Behavior != "", " "+s.Behavior)
	case *Alter:
		p.words("ALTER", when(s.Temporary, "TEMPORARY"), when(s.System, "SYSTEM"), string(s.Kind), when(s.IfExists, "IF EXISTS"))
		p.name(s.Name)
		p.put(" ")
		p.alterAction(s.Action)
	default:
		p.utility(s)
	}
}

// innerStatement prints the statement inside EXPLAIN or COMPILE PLAN, where a
// statement set has no EXECUTE.
func (p *printer) innerStatement(s Statement) {
	if set, ok := s.(*StatementSet); ok {
		p.statementSet(set)
		return
	}
	p.statement(s)
}

func (p *printer) statementSet(s *StatementSet) {
	p.put("STATEMENT SET BEGIN ")
	for _, ins := range s.Inserts {
		p.insert(ins)
		p.put("; ")
	}
	p.put("END")
}

func (p *printer) insert(s *Insert) {
	p.words("INSERT", when(s.Overwrite, "OVERWRITE"), when(!s.Overwrite, "INTO"))
	p.name(s.Table)
	if s.Hints != nil {
		p.put(" ")
		p.hints(s.Hints)
	}
	p.partitionKeys(s.Partition)
	if s.Columns != nil {
		p.put(" (")
		p.list(len(s.Columns), func(i int) { p.dotted(s.Columns[i].Parts) })
		p.put(")")
	}
	p.put(" ")
	p.query(s.Query)
	p.putIf(s.OnConflict != "", " ON CONFLICT DO "+s.OnConflict)
}

// partitionKeys prints " PARTITION (k = v)", or nothing for nil.
func (p *printer) partitionKeys(keys []PartitionKey) {
	if keys == nil {
		return
	}
	p.put(" PARTITION (")
	p.list(len(keys), func(i int) {
		p.ident(keys[i].Column)
		p.clause(" = ", keys[i].Value)
	})
	p.put(")")
}

func (p *printer) analyze(s *Analyze) {
	p.put("ANALYZE TABLE ")
	p.name(s.Table)
	p.partitionKeys(s.Partition)
	p.put(" COMPUTE STATISTICS")
	switch {
	case s.AllColumns:
		p.put(" FOR ALL COLUMNS")
	case s.Columns != nil:
		p.put(" FOR COLUMNS ")
		p.idents(s.Columns)
	}
}

func (p *printer) utility(s Statement) {
	switch s := s.(type) {
	case *Show:
		p.show(s)
	case *Describe:
		p.put("DESCRIBE ")
		p.words(when(s.Kind != TableObject, string(s.Kind)), when(s.Extended, "EXTENDED"))
		if s.Job != nil {
			p.str(s.Job.Text)
		} else {
			p.name(*s.Name)
		}
	case *Use:
		p.words("USE", when(s.What != "DATABASE", s.What))
		p.list(len(s.Names), func(i int) { p.name(s.Names[i]) })
	case *LoadModule:
		p.put("LOAD MODULE ")
		p.ident(s.Name)
		p.with(s.Options)
	case *UnloadModule:
		p.put("UNLOAD MODULE ")
		p.ident(s.Name)
	case *Set:
		p.put("SET")
		if s.Key != nil {
			p.put(" ", QuoteString(s.Key.Text), " = ", QuoteString(s.Value.Text))
		}
	case *Reset:
		p.put("RESET")
		if s.Key != nil {
			p.put(" ", QuoteString(s.Key.Text))
		}
	case *Jar:
		p.words(when(s.Remove, "REMOVE"), when(!s.Remove, "ADD"), "JAR")
		p.str(s.Path.Text)
	case *StopJob:
		p.put("STOP JOB ", QuoteString(s.ID.Text))
		p.putIf(s.Savepoint, " WITH SAVEPOINT")
		p.putIf(s.Drain, " WITH DRAIN")
	case *ClientCommand:
		p.put(s.Verb)
		if s.Arg != nil {
			p.put(" ", QuoteString(s.Arg.Text))
		}
	}
}

func (p *printer) show(s *Show) {
	p.put("SHOW ", s.What)
	if s.Name != nil {
		p.put(" ")
		if s.What != "PARTITIONS" && !strings.HasPrefix(s.What, "CREATE ") {
			p.put("FROM ")
		}
		p.name(*s.Name)
	}
	p.partitionKeys(s.Partition)
	if f := s.Filter; f != nil {
		p.putIf(f.Not, " NOT")
		p.put(" ", string(f.Op), " ", QuoteString(f.Pattern.Text))
	}
}

func (p *printer) create(s Statement) {
	switch s := s.(type) {
	case *CreateTable:
		p.words(when(!s.Replace || s.CreateOr, "CREATE"), when(s.CreateOr, "OR"), when(s.Replace, "REPLACE"),
			when(s.Temporary, "TEMPORARY"), "TABLE", when(s.IfNotExists, "IF NOT EXISTS"))
		p.name(s.Name)
		p.schema(s.Schema, s.ColumnOrder)
		p.comment(s.Comment)
		p.distribution(" DISTRIBUTED", s.Distribution)
		p.partitionedBy(s.PartitionedBy)
		p.with(s.Options)
		p.like(s.Like)
		p.as(s.As)
	case *CreateMaterializedTable:
		p.words("CREATE", when(s.OrAlter, "OR ALTER"), "MATERIALIZED TABLE")
		p.name(s.Name)
		p.schema(s.Schema, s.ColumnOrder)
		p.comment(s.Comment)
		p.distribution(" DISTRIBUTED", s.Distribution)
		p.partitionedBy(s.PartitionedBy)
		p.with(s.Options)
		p.refreshOptions(s)
		p.as(s.As)
	case *CreateView:
		p.words("CREATE", when(s.OrReplace, "OR REPLACE"), when(s.Temporary, "TEMPORARY"), "VIEW", when(s.IfNotExists, "IF NOT EXISTS"))
		p.name(s.Name)
		p.parenIdents(s.Columns)
		p.comment(s.Comment)
		p.as(s.Query)
	case *CreateFunction:
		p.words("CREATE", when(s.OrReplace, "OR REPLACE"), when(s.Temporary, "TEMPORARY"), when(s.System, "SYSTEM"), "FUNCTION", when(s.IfNotExists, "IF NOT EXISTS"))
		p.name(s.Name)
		p.put(" ")
		p.functionBody(&s.Body)
	case *CreateCatalog:
		p.words("CREATE CATALOG", when(s.IfNotExists, "IF NOT EXISTS"))
		p.ident(s.Name)
		p.comment(s.Comment)
		p.with(s.Options)
	case *CreateDatabase:
		p.words("CREATE DATABASE", when(s.IfNotExists, "IF NOT EXISTS"))
		p.name(s.Name)
		p.comment(s.Comment)
		p.with(s.Options)
	case *CreateModel:
		p.words("CREATE", when(s.Temporary, "TEMPORARY"), "MODEL", when(s.IfNotExists, "IF NOT EXISTS"))
		p.name(s.Name)
		p.modelColumns(" INPUT", s.Input)
		p.modelColumns(" OUTPUT", s.Output)
		p.comment(s.Comment)
		p.with(s.Options)
		p.as(s.As)
	case *CreateConnection:
		p.words("CREATE", when(s.Temporary, "TEMPORARY"), when(s.System, "SYSTEM"), "CONNECTION", when(s.IfNotExists, "IF NOT EXISTS"))
		p.name(s.Name)
		p.comment(s.Comment)
		p.with(s.Options)
	}
}

func (p *printer) modelColumns(what string, cols []ColumnDef) {
	if cols != nil {
		p.put(what, " (")
		p.list(len(cols), func(i int) { p.columnDef(&cols[i]) })
		p.put(")")
	}
}

func (p *printer) refreshOptions(s *CreateMaterializedTable) {
	if m := s.StartMode; m != nil {
		p.put(" START_MODE = ", m.Kind)
		if m.Arg != nil {
			p.put("(")
			p.expr(m.Arg, LevelNone)
			p.put(")")
		}
	}
	if s.Freshness != nil {
		p.put(" FRESHNESS = ")
		p.interval(s.Freshness)
	}
	p.putIf(s.RefreshMode != "", " REFRESH_MODE = "+s.RefreshMode)
}

func (p *printer) comment(c *Literal) {
	if c != nil {
		p.put(" COMMENT ", QuoteString(c.Text))
	}
}

func (p *printer) as(q *Query) {
	if q != nil {
		p.put(" AS ")
		p.query(q)
	}
}

func (p *printer) partitionedBy(cols []Ident) {
	if cols != nil {
		p.put(" PARTITIONED BY")
		p.parenIdents(cols)
	}
}

// with prints " WITH (…)", or nothing for nil.
func (p *printer) with(opts []Option) {
	if opts != nil {
		p.put(" WITH ")
		p.options(opts)
	}
}

func (p *printer) options(opts []Option) {
	p.put("(")
	p.list(len(opts), func(i int) { p.option(&opts[i]) })
	p.put(")")
}

func (p *printer) option(o *Option) { p.put(QuoteString(o.Key), " = ", QuoteString(o.Value)) }

func (p *printer) distribution(word string, d *Distribution) {
	if d == nil {
		return
	}
	p.put(word)
	if d.Columns != nil {
		p.put(" BY ", d.Kind, "(")
		p.idents(d.Columns)
		p.put(")")
	}
	if d.Buckets > 0 {
		p.put(" INTO ")
		p.int(d.Buckets)
		p.put(" BUCKETS")
	}
}

func (p *printer) like(l *LikeClause) {
	if l == nil {
		return
	}
	p.put(" LIKE ")
	p.name(l.Source)
	if l.Options != nil {
		p.put(" (")
		for i, o := range l.Options {
			p.putIf(i > 0, " ")
			p.put(o.Strategy, " ", o.Feature)
		}
		p.put(")")
	}
}

// schema prints " (…)", or nothing for nil.
func (p *printer) schema(s *TableSchema, order []Ident) {
	p.parenIdents(order)
	if s == nil {
		return
	}
	p.put(" (")
	sep := ""
	for i := range s.Columns {
		p.put(sep)
		p.columnDef(&s.Columns[i])
		sep = ", "
	}
	if s.Watermark != nil {
		p.put(sep)
		p.watermark(s.Watermark)
		sep = ", "
	}
	for i := range s.Constraints {
		p.put(sep)
		p.constraint(&s.Constraints[i])
		sep = ", "
	}
	p.put(")")
}

func (p *printer) columnDef(c *ColumnDef) {
	p.dotted(c.Parents)
	p.putIf(c.Parents != nil, ".")
	p.ident(c.Name)
	if c.Type != nil {
		p.put(" ")
		p.dataType(c.Type)
	}
	p.clause(" AS ", c.Computed)
	if m := c.Metadata; m != nil {
		p.put(" METADATA")
		if m.Key != nil {
			p.put(" FROM ", QuoteString(m.Key.Text))
		}
		p.putIf(m.Virtual, " VIRTUAL")
	}
	if c.PrimaryKey != nil {
		p.put(" ")
		p.constraint(c.PrimaryKey)
	}
	p.comment(c.Comment)
	if pl := c.Place; pl != nil {
		if pl.First {
			p.put(" FIRST")
		} else {
			p.put(" AFTER ")
			p.dotted(pl.After.Parts)
		}
	}
}

func (p *printer) watermark(w *Watermark) {
	p.put("WATERMARK FOR ")
	p.dotted(w.Column.Parts)
	p.put(" AS ")
	p.expr(w.X, LevelNone)
}

func (p *printer) constraint(c *Constraint) {
	if c.Name != nil {
		p.put("CONSTRAINT ")
		p.ident(*c.Name)
		p.put(" ")
	}
	if c.Unique {
		p.put("UNIQUE")
	} else {
		p.put("PRIMARY KEY")
	}
	p.parenIdents(c.Columns)
	if c.Enforced {
		p.put(" ENFORCED")
	} else {
		p.put(" NOT ENFORCED")
	}
}

func (p *printer) functionBody(b *FunctionBody) {
	p.put("AS ", QuoteString(b.Class.Text))
	p.putIf(b.Language != "", " LANGUAGE "+b.Language)
	if b.Using != nil {
		p.put(" USING ")
		p.list(len(b.Using), func(i int) { p.put(b.Using[i].Kind, " ", QuoteString(b.Using[i].Path.Text)) })
	}
	p.with(b.Options)
}

func (p *printer) alterAction(a AlterAction) {
	switch a := a.(type) {
	case *RenameTo:
		p.put("RENAME TO ")
		p.name(a.Name)
	case *RenameColumn:
		p.put("RENAME ")
		p.dotted(a.From.Parts)
		p.put(" TO ")
		p.ident(a.To)
	case *SetOptions:
		p.put("SET ")
		p.options(a.Options)
	case *ResetOptions:
		p.put("RESET (")
		p.list(len(a.Keys), func(i int) { p.str(a.Keys[i].Text) })
		p.put(")")
	case *AlterSchema:
		p.put(addOrModify(a.Modify))
		p.schema(&a.Schema, nil)
	case *AlterDistribution:
		p.put(addOrModify(a.Modify))
		p.distribution(" DISTRIBUTION", &a.Distribution)
	case *DropColumns:
		p.put("DROP (")
		p.list(len(a.Columns), func(i int) { p.dotted(a.Columns[i].Parts) })
		p.put(")")
	case *DropPart:
		p.put("DROP ", a.What)
		if a.Name != nil {
			p.put(" ")
			p.ident(*a.Name)
		}
	case *AddPartitions:
		p.put("ADD")
		p.putIf(a.IfNotExists, " IF NOT EXISTS")
		for i := range a.Partitions {
			p.partitionKeys(a.Partitions[i].Keys)
			p.with(a.Partitions[i].Options)
		}
	case *DropPartitions:
		p.put("DROP")
		p.putIf(a.IfExists, " IF EXISTS")
		for i := range a.Partitions {
			p.putIf(i > 0, ",")
			p.partitionKeys(a.Partitions[i].Keys)
		}
	case *SetQuery:
		p.put("AS ")
		p.query(a.Query)
	case *SetComment:
		p.put("COMMENT ", QuoteString(a.Comment.Text))
	case *SetFunction:
		p.functionBody(&a.Body)
	case *SetFreshness:
		p.put("SET FRESHNESS = ")
		p.interval(a.Freshness)
	case *SetRefreshMode:
		p.put("SET REFRESH_MODE = ", a.Mode)
	case *Suspend:
		p.put("SUSPEND")
	case *Resume:
		p.put("RESUME")
		p.with(a.Options)
	case *Refresh:
		p.put("REFRESH")
		if a.Partition != nil {
			p.partitionKeys(a.Partition.Keys)
		}
	}
}

func addOrModify(modify bool) string {
	if modify {
		return "MODIFY"
	}
	return "ADD"
}
