package parser

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/diag"
)

// fail ends parsing with a message about t.
func (p *parser) fail(t *token, msg, hint string) {
	panic(&diag.Error{Pos: t.pos, End: t.end, Kind: "syntax error", Msg: msg, Hint: hint})
}

// errorAt returns an error about a node.
func errorAt(n ast.Node, msg string) *diag.Error {
	span := n.Range()
	return &diag.Error{Pos: span.Pos, End: span.End, Kind: "syntax error", Msg: msg}
}

// unexpected ends parsing at the next token. expected are keywords or
// descriptions of what could stand there.
func (p *parser) unexpected(expected ...string) {
	t := p.tok()
	if t.kind == tokIllegal {
		p.fail(t, t.msg, t.hint)
	}
	msg, hint := "unexpected "+describe(t), p.hint(t, expected)
	if few := len(expected) < 5; few || len(expected) > 0 && hint == "" {
		msg += ", expected " + orList(expected)
	}
	p.fail(t, msg, hint)
}

// describe names a token as a message does.
func describe(t *token) string {
	switch t.kind {
	case tokEOF:
		return "end of text"
	case tokWord:
		if ast.Reserved(t.upper) {
			return "reserved word " + t.upper
		}
		return "word " + t.text
	case tokQuoted:
		return "identifier `" + t.text + "`"
	case tokString:
		return "string " + ast.QuoteString(shorten(t.text))
	case tokBinary:
		return "binary literal"
	case tokInt, tokDecimal, tokFloat:
		return "number " + shorten(t.text)
	}
	return "'" + t.text + "'"
}

func shorten(s string) string {
	const limit = 40
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}

func orList(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// hint guesses what was meant where t stands instead of what was expected.
func (p *parser) hint(t *token, expected []string) string {
	if h := p.foreignSyntax(t); h != "" {
		return h
	}
	if t.kind == tokWord {
		if w := diag.Nearest(t.text, keywordsOf(expected)); w != "" && w != t.upper {
			return "did you mean " + w + "?"
		}
	}
	if h := p.misspeltBefore(t, expected); h != "" {
		return h
	}
	if t.kind == tokWord && ast.Reserved(t.upper) && (!clauseStart[t.upper] || slices.Contains(expected, "a column name")) && (wantsName(expected) || wantsExpr(expected)) {
		return t.upper + " is a reserved word; to use it as a name write it in back-ticks: `" + t.text + "`"
	}
	if wantsName(expected) && t.kind == tokString {
		return "a name stands in back-ticks or without quotes, not in single quotes"
	}
	if p.i > 0 && statementStart[t.upper] && len(expected) == 1 && expected[0] == endOfStatement {
		return "put a ';' between the statements, before " + t.upper
	}
	return ""
}

// foreignSyntax recognises what other dialects would allow at t.
func (p *parser) foreignSyntax(t *token) string {
	before := p.prev()
	switch {
	case t.isPunct("::"):
		return "Flink SQL casts with CAST(x AS type)"
	case t.isPunct("->"):
		return "Flink SQL has no lambda functions and no -> operator; fields are reached with a dot, JSON with JSON_VALUE(x, '$.path')"
	case t.isPunct("=="):
		return "equality is written ="
	case t.isPunct("&&"):
		return "write AND"
	case t.isPunct("?"):
		return "parameters are not supported; write the value"
	case p.i > 0 && before.isPunct("*") && (t.is("EXCLUDE") || t.is("REPLACE") || t.is("RENAME")):
		return "SELECT * " + t.upper + " (…) is not Flink SQL; list the columns"
	case p.i > 2 && before.isPunct("(") && p.toks[p.i-2].is("EXCEPT") && p.toks[p.i-3].isPunct("*"):
		return "SELECT * EXCEPT (…) is not Flink SQL; list the columns"
	case (t.is("SEMI") || t.is("ANTI")) && (before.is("LEFT") || before.is("RIGHT")):
		if t.is("SEMI") {
			return "semi joins are written WHERE x IN (SELECT …) or WHERE EXISTS (SELECT …)"
		}
		return "anti joins are written WHERE NOT EXISTS (SELECT …)"
	case t.is("DIV"), p.i > 0 && before.is("DIV"):
		return "integer division is written a / b; it gives an integer for integers"
	case t.is("DEFAULT") && p.i > 0:
		return "columns cannot have default values; compute them with COALESCE when reading or inserting"
	case t.is("MILLISECOND"), t.is("MILLISECONDS"):
		return "write milliseconds as INTERVAL '0.005' SECOND"
	case t.is("APPLY"):
		return "write CROSS JOIN LATERAL TABLE(f(x)) or LEFT JOIN LATERAL TABLE(f(x)) ON TRUE"
	}
	return ""
}

// didYouMean returns a hint if word is close to one of the candidates.
func didYouMean(word string, candidates []string) string {
	if w := diag.Nearest(word, candidates); w != "" {
		return "did you mean " + w + "?"
	}
	return ""
}

// misspeltBefore handles a clause keyword with a typing error: it was taken for an
// alias, and the word after it is what does not fit.
func (p *parser) misspeltBefore(t *token, expected []string) string {
	if !endExpected(expected) || p.i == 0 {
		return ""
	}
	for _, w := range []*token{t, p.prev()} {
		if w.kind != tokWord || ast.Reserved(w.upper) {
			continue
		}
		if near := diag.Nearest(w.text, clauseWords); near != "" && near != w.upper {
			return "did you mean " + near + " instead of " + w.text + "?"
		}
	}
	return ""
}

// endOfStatement is what the parser expects when a statement is complete.
const endOfStatement = "';' or the end of the statement"

func endExpected(expected []string) bool {
	for _, e := range expected {
		if e == endOfStatement || e == "')'" {
			return true
		}
	}
	return false
}

// wantsName reports whether only a name was expected.
func wantsName(expected []string) bool {
	if len(expected) != 1 {
		return false
	}
	e := expected[0]
	return strings.Contains(e, "name") || e == "an alias" || e == "a table" || e == "a pattern variable" || e == "a column"
}

// wantsExpr reports whether an expression was expected, or could be followed by an
// alias.
func wantsExpr(expected []string) bool {
	return len(expected) == 1 && (expected[0] == "an expression" || expected[0] == endOfStatement)
}

func keywordsOf(expected []string) []string {
	var ks []string
	for _, e := range expected {
		if e != "" && e[0] >= 'A' && e[0] <= 'Z' {
			ks = append(ks, strings.Fields(e)...)
		}
	}
	return ks
}

// clauseWords are keywords which follow a complete expression or table.
var clauseWords = strings.Fields(`FROM WHERE GROUP ORDER HAVING LIMIT OFFSET UNION INTERSECT EXCEPT JOIN INNER LEFT
	RIGHT FULL CROSS NATURAL WINDOW QUALIFY USING FETCH PARTITION PARTITIONED DISTRIBUTED COMMENT WITH LIKE
	AND OR NOT BETWEEN AS ON VALUES SELECT INTO OVER FILTER MATCH_RECOGNIZE PRIMARY ENFORCED METADATA VIRTUAL`)

// clauseStart are reserved words which more likely begin a clause after something
// was left out than serve as a name.
var clauseStart = wordSet(`FROM WHERE GROUP ORDER HAVING LIMIT OFFSET UNION INTERSECT EXCEPT JOIN INNER CROSS NATURAL
	QUALIFY USING FETCH SELECT INSERT INTO AND OR AS ON WITH BY THEN ELSE WHEN CREATE DROP ALTER IN IS LIKE BETWEEN`)

// afterList are reserved words which follow a list and cannot be its next item.
var afterList = wordSet("FROM WHERE GROUP HAVING ORDER LIMIT UNION EXCEPT INTERSECT QUALIFY AS WITH INTO ON")

// statementStart are words which begin a statement.
var statementStart = wordSet(strings.Join(statementWords, " "))

var statementWords = strings.Fields(`SELECT WITH VALUES INSERT CREATE REPLACE DROP ALTER EXECUTE EXPLAIN SHOW DESCRIBE
	DESC USE SET RESET LOAD UNLOAD ADD REMOVE STOP BEGIN END UPDATE DELETE TRUNCATE COMPILE CALL ANALYZE
	HELP QUIT EXIT CLEAR SOURCE TABLE`)

func wordSet(list string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}
