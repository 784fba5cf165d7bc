package parser

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
)

// script parses statements up to the end of the text.
func (p *parser) script() (stmts []ast.Statement) {
	for {
		for p.acceptPunct(";") {
		}
		if p.tok().kind == tokEOF {
			return stmts
		}
		stmt := p.statement()
		p.endStatement()
		if begin, ok := stmt.(*ast.BeginStatementSet); ok {
			stmt = p.openStatementSet(begin)
		}
		stmts = append(stmts, stmt)
	}
}

// endStatement expects a semicolon, not consumed, or the end of the text.
func (p *parser) endStatement() {
	if p.tok().kind != tokEOF && !p.atPunct(";") {
		p.unexpected(endOfStatement)
	}
}

// openStatementSet parses the statements between BEGIN STATEMENT SET; and END;.
func (p *parser) openStatementSet(begin *ast.BeginStatementSet) ast.Statement {
	set := &ast.StatementSet{}
	for {
		for p.acceptPunct(";") {
		}
		if p.accept("END") {
			break
		}
		if p.tok().kind == tokEOF {
			panic(&Error{Pos: begin.Pos, End: begin.End, Kind: "syntax error", Msg: "the statement set is not closed", Hint: "end it with END;"})
		}
		p.accept("EXECUTE")
		if !p.at("INSERT") {
			p.fail(p.tok(), "only INSERT statements can stand in a statement set", "end the set with END; first")
		}
		p.ops = 0
		set.Inserts = append(set.Inserts, p.insert())
		p.endStatement()
	}
	set.Span = p.span(begin.Pos)
	p.endStatement()
	if len(set.Inserts) == 0 {
		panic(errorAt(set, "a statement set needs at least one INSERT"))
	}
	return set
}

// statement parses one statement without its semicolon.
func (p *parser) statement() ast.Statement {
	p.enter()
	defer p.leave()
	p.ops = 0
	t := p.tok()
	if t.kind != tokWord {
		if t.isPunct("(") && p.atParenQuery() {
			return p.queryStatement()
		}
		p.unexpected("a statement")
	}
	switch t.upper {
	case "SELECT", "WITH", "VALUES", "VALUE", "TABLE":
		return p.queryStatement()
	case "INSERT":
		return p.insert()
	case "EXECUTE":
		return p.execute()
	case "BEGIN":
		p.i++
		p.expect("STATEMENT", "SET")
		return &ast.BeginStatementSet{Span: p.span(t.pos)}
	case "END":
		p.i++
		return &ast.EndStatementSet{Span: p.span(t.pos)}
	case "UPDATE":
		return p.update()
	case "DELETE":
		return p.delete()
	case "TRUNCATE":
		p.i++
		p.expect("TABLE")
		n := p.name("a table name")
		return &ast.Truncate{Span: p.span(t.pos), Table: n}
	case "COMPILE":
		return p.compilePlan()
	case "EXPLAIN":
		return p.explain()
	case "CREATE":
		return p.create()
	case "REPLACE":
		return p.createTable(t.pos, modifiers{replace: true})
	case "DROP":
		return p.drop()
	case "ALTER":
		return p.alter()
	}
	return p.utility(t)
}

func (p *parser) queryStatement() ast.Statement {
	pos := p.start()
	q := p.query()
	return &ast.QueryStatement{Span: p.span(pos), Query: q}
}

// insert parses INSERT {INTO|OVERWRITE} ….
func (p *parser) insert() *ast.Insert {
	pos := p.start()
	p.expect("INSERT")
	s := &ast.Insert{Overwrite: p.expectAny("INTO", "OVERWRITE") == "OVERWRITE"}
	if p.at("TABLE") {
		p.fail(p.tok(), "INSERT takes the table name without TABLE", "remove the word TABLE")
	}
	s.Table = p.name("a table name")
	if p.atPunct("/*+") {
		s.Hints = p.hints()
	}
	if p.at("PARTITION") {
		s.Partition = p.partitionKeys(true)
	}
	if p.atPunct("(") && !p.atParenQuery() {
		p.parens(func() {
			p.commaList(func() { s.Columns = append(s.Columns, p.path("a column name")) })
		})
		if p.at("PARTITION") {
			p.fail(p.tok(), "PARTITION stands before the column list", "")
		}
	}
	s.Query = p.query()
	if p.accept("ON", "CONFLICT") {
		p.expect("DO")
		s.OnConflict = p.expectAny("NOTHING", "ERROR", "DEDUPLICATE")
	}
	s.Span = p.span(pos)
	return s
}

// partitionKeys parses PARTITION (k = v, …); the values may be left out unless
// static is set.
func (p *parser) partitionKeys(static bool) (keys []ast.PartitionKey) {
	p.expect("PARTITION")
	p.parens(func() {
		p.commaList(func() {
			pos := p.start()
			k := ast.PartitionKey{Column: p.ident("a column name")}
			if static || p.atPunct("=") {
				p.expectPunct("=")
				k.Value = p.expr()
			}
			k.Span = p.span(pos)
			keys = append(keys, k)
		})
	})
	return keys
}

// execute parses what may follow EXECUTE.
func (p *parser) execute() ast.Statement {
	pos := p.start()
	p.expect("EXECUTE")
	switch {
	case p.at("STATEMENT"):
		set := p.statementSet()
		set.Pos = pos
		return set
	case p.at("PLAN"):
		p.i++
		path := p.stringLit("the path of a plan as a string")
		return &ast.ExecutePlan{Span: p.span(pos), Path: path}
	case p.at("INSERT"):
		return p.insert()
	case p.atQuery():
		return p.queryStatement()
	}
	p.unexpected("STATEMENT SET", "PLAN", "INSERT", "SELECT")
	panic("unreachable")
}

// statementSet parses STATEMENT SET BEGIN insert; … END.
func (p *parser) statementSet() *ast.StatementSet {
	pos := p.start()
	begin := p.tok()
	p.expect("STATEMENT", "SET", "BEGIN")
	set := &ast.StatementSet{}
	for {
		if !p.at("INSERT") {
			p.unexpected("INSERT")
		}
		set.Inserts = append(set.Inserts, p.insert())
		if !p.atPunct(";") {
			if p.at("END") {
				p.fail(p.tok(), "a ';' is missing before END", "each INSERT of a statement set ends with ';'")
			}
			p.unexpected(endOfStatement)
		}
		for p.acceptPunct(";") {
		}
		if p.accept("END") {
			set.Span = p.span(pos)
			return set
		}
		if p.tok().kind == tokEOF {
			panic(&Error{Pos: begin.pos, End: begin.end, Kind: "syntax error", Msg: "the statement set is not closed", Hint: "end it with END;"})
		}
	}
}

func (p *parser) update() ast.Statement {
	pos := p.start()
	p.expect("UPDATE")
	s := &ast.Update{Table: p.name("a table name"), Alias: p.alias()}
	p.expect("SET")
	p.commaList(func() {
		apos := p.start()
		a := ast.Assignment{Column: p.ident("a column name")}
		p.expectPunct("=")
		a.Value = p.expr()
		a.Span = p.span(apos)
		s.Set = append(s.Set, a)
	})
	if p.accept("WHERE") {
		s.Where = p.expr()
	}
	s.Span = p.span(pos)
	return s
}

func (p *parser) delete() ast.Statement {
	pos := p.start()
	p.expect("DELETE", "FROM")
	s := &ast.Delete{Table: p.name("a table name"), Alias: p.alias()}
	if p.accept("WHERE") {
		s.Where = p.expr()
	}
	s.Span = p.span(pos)
	return s
}

func (p *parser) compilePlan() ast.Statement {
	pos := p.start()
	p.expect("COMPILE")
	s := &ast.CompilePlan{}
	if p.accept("AND") {
		p.expect("EXECUTE")
		s.Execute = true
	}
	p.expect("PLAN")
	s.Path = p.stringLit("the path of a plan as a string")
	if !s.Execute {
		s.IfNotExists = p.ifNotExists()
	}
	p.expect("FOR")
	switch {
	case p.at("INSERT"):
		s.Stmt = p.insert()
	case p.at("STATEMENT"):
		s.Stmt = p.statementSet()
	default:
		p.unexpected("INSERT", "STATEMENT SET")
	}
	s.Span = p.span(pos)
	return s
}

var explainDetails = []string{"ESTIMATED_COST", "CHANGELOG_MODE", "JSON_EXECUTION_PLAN", "PLAN_ADVICE"}

// explain parses EXPLAIN [PLAN FOR | details] statement.
func (p *parser) explain() ast.Statement {
	pos := p.start()
	p.expect("EXPLAIN")
	s := &ast.Explain{}
	if p.accept("PLAN") {
		p.expect("FOR")
	} else if p.atAny(explainDetails...) {
		p.commaList(func() {
			t := p.tok()
			d := p.expectAny(explainDetails...)
			if slices.Contains(s.Details, d) {
				p.fail(t, "Duplicate EXPLAIN DETAIL is not allowed", "")
			}
			s.Details = append(s.Details, d)
		})
	}
	switch {
	case p.at("STATEMENT"):
		s.Stmt = p.statementSet()
	case p.at("EXECUTE"):
		s.Stmt = p.execute()
	case p.at("INSERT"), p.at("CREATE"), p.at("REPLACE"), p.atParenQuery():
		s.Stmt = p.explainable()
	default:
		if h := didYouMean(p.tok().text, explainDetails); p.tok().kind == tokWord && h != "" {
			p.fail(p.tok(), "unexpected "+describe(p.tok())+" after EXPLAIN", h)
		}
		p.unexpected("SELECT", "INSERT", "STATEMENT SET", "CREATE TABLE … AS")
	}
	s.Span = p.span(pos)
	return s
}

// explainable parses a statement which has a plan.
func (p *parser) explainable() ast.Statement {
	t := p.tok()
	stmt := p.statement()
	switch c := stmt.(type) {
	case *ast.Insert, *ast.QueryStatement:
		return stmt
	case *ast.CreateTable:
		if c.As != nil {
			return stmt
		}
	}
	p.fail(t, "EXPLAIN of a CREATE statement needs a query: CREATE TABLE … AS", "")
	panic("unreachable")
}

// utility parses SHOW, DESCRIBE, USE, SET …, and refuses the rest.
func (p *parser) utility(t *token) ast.Statement {
	switch t.upper {
	case "SHOW":
		return p.show()
	case "DESCRIBE", "DESC":
		return p.describe()
	case "USE":
		return p.use()
	case "LOAD", "UNLOAD":
		return p.module()
	case "SET":
		return p.set()
	case "RESET":
		return p.reset()
	case "ADD", "REMOVE":
		p.i++
		p.expect("JAR")
		path := p.stringLit("the path of a jar as a string")
		return &ast.Jar{Span: p.span(t.pos), Remove: t.upper == "REMOVE", Path: path}
	case "STOP":
		return p.stopJob()
	case "CALL":
		p.i++
		pos := p.start()
		name := p.name("a procedure name")
		if !p.atPunct("(") {
			p.unexpected("'('")
		}
		call := p.call(pos, name).(*ast.Call)
		return &ast.CallProcedure{Span: p.span(t.pos), Call: call}
	case "ANALYZE":
		return p.analyze()
	case "HELP", "QUIT", "EXIT", "CLEAR", "SOURCE":
		return p.clientCommand()
	case "STATEMENT":
		p.fail(t, "STATEMENT SET needs EXECUTE before it", "write EXECUTE STATEMENT SET BEGIN … END;")
	case "MERGE", "UPSERT", "GRANT", "REVOKE":
		p.fail(t, t.upper+" is not supported", "")
	}
	hint := didYouMean(t.text, statementWords)
	if hint == "" {
		hint = "statements begin with SELECT, INSERT, CREATE, DROP, ALTER, EXPLAIN, SHOW, SET or the like"
	}
	p.fail(t, "unexpected "+describe(t)+", expected a statement", hint)
	panic("unreachable")
}

func (p *parser) clientCommand() ast.Statement {
	t := p.next()
	c := &ast.ClientCommand{Verb: t.upper}
	switch t.upper {
	case "EXIT":
		c.Verb = "QUIT"
	case "SOURCE":
		c.Arg = p.stringLit("the path of a file as a string")
	}
	c.Span = p.span(t.pos)
	return c
}

func (p *parser) stopJob() ast.Statement {
	pos := p.start()
	p.expect("STOP", "JOB")
	s := &ast.StopJob{ID: p.stringLit("a job id as a string")}
	if p.accept("WITH", "SAVEPOINT") {
		s.Savepoint = true
	}
	if p.accept("WITH", "DRAIN") {
		if !s.Savepoint {
			p.fail(p.prev(), "WITH DRAIN could only be used after WITH SAVEPOINT", "write STOP JOB 'id' WITH SAVEPOINT WITH DRAIN")
		}
		s.Drain = true
	}
	s.Span = p.span(pos)
	return s
}

func (p *parser) analyze() ast.Statement {
	pos := p.start()
	p.expect("ANALYZE", "TABLE")
	s := &ast.Analyze{Table: p.name("a table name")}
	if p.at("PARTITION") {
		s.Partition = p.partitionKeys(false)
	}
	p.expect("COMPUTE", "STATISTICS")
	if p.accept("FOR") {
		if p.accept("ALL") {
			p.expect("COLUMNS")
			s.AllColumns = true
		} else {
			p.expect("COLUMNS")
			p.commaList(func() { s.Columns = append(s.Columns, p.ident("a column name")) })
		}
	}
	s.Span = p.span(pos)
	return s
}

// set parses SET, SET 'key' = 'value' and SET key = value.
func (p *parser) set() ast.Statement {
	pos := p.start()
	p.expect("SET")
	s := &ast.Set{}
	if p.tok().kind != tokEOF && !p.atPunct(";") {
		s.Key = p.configKey()
		p.expectPunct("=")
		s.Value = p.configValue()
	}
	s.Span = p.span(pos)
	if s.Value != nil {
		s.Span.End = s.Value.End
	}
	return s
}

func (p *parser) reset() ast.Statement {
	pos := p.start()
	p.expect("RESET")
	s := &ast.Reset{}
	if p.tok().kind != tokEOF && !p.atPunct(";") {
		s.Key = p.configKey()
	}
	s.Span = p.span(pos)
	return s
}

// configKey parses 'a.b-c' or a.b-c.
func (p *parser) configKey() *ast.Literal {
	if p.tok().kind == tokString {
		return p.stringLit("a key")
	}
	pos := p.start()
	for p.tok().kind == tokWord || p.tok().kind == tokInt || p.tok().kind == tokDecimal || p.atPunct(".") || p.atPunct("-") {
		if p.i > 0 && p.start() > pos && p.prev().end != p.start() {
			break // a key has no spaces
		}
		p.i++
	}
	if p.start() == pos {
		p.unexpected("a key such as 'parallelism.default'")
	}
	span := p.span(pos)
	return &ast.Literal{Span: span, Kind: ast.StringLit, Text: p.src[span.Pos:span.End]}
}

// configValue parses 'text', or what stands up to the semicolon as it is.
func (p *parser) configValue() *ast.Literal {
	if p.tok().kind == tokString {
		return p.stringLit("a value")
	}
	from := p.prev().end // after the equals sign
	stop, end := rawValue(p.src, from)
	value := strings.TrimSpace(p.src[from:stop])
	if value == "" {
		p.unexpected("a value")
	}
	if strings.ContainsAny(value, "\n'") {
		p.fail(p.tok(), "the value does not end on its line", "end the statement with ';', or write SET 'key' = 'value';")
	}
	p.resume(end)
	pos := from + strings.Index(p.src[from:stop], value)
	return &ast.Literal{Span: ast.Span{Pos: pos, End: pos + len(value)}, Kind: ast.StringLit, Text: value}
}

// rawValue returns where a value without quotes stops and where its statement ends:
// at a semicolon or the end of the text. A comment may stand between.
func rawValue(src string, from int) (stop, end int) {
	stop = -1
	for i := from; i < len(src); i++ {
		switch {
		case src[i] == ';':
			if stop < 0 {
				stop = i
			}
			return stop, i
		case strings.HasPrefix(src[i:], " --") || strings.HasPrefix(src[i:], "\t--"):
			if stop < 0 {
				stop = i
			}
			i = firstLine(src, i) - 1
		}
	}
	if stop < 0 {
		stop = len(src)
	}
	return stop, len(src)
}

// resume goes on with the token at a byte offset. The lexer may have seen a comment
// or a quote in what is skipped; then it starts again there.
func (p *parser) resume(pos int) {
	for p.tok().kind != tokEOF && p.tok().end <= pos {
		p.i++
	}
	if p.tok().pos != pos {
		p.toks = append(p.toks[:p.i:p.i], lex(p.src, pos)...)
	}
}
