// Package complete finds what may stand at the cursor of a SQL text that is being typed: keywords, tables, columns of
// the tables in the FROM of the statement, functions, keys of SET, options of WITH and their values.
//
// Everything is pure: what exists comes from a Names, which may answer from a cache and answers nothing where it does
// not know.
package complete

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/parser"
)

// Kind says what a candidate is.
type Kind string

// The kinds, in the order in which they are shown.
const (
	Column   Kind = "columns"
	Table    Kind = "tables"
	Option   Kind = "options"
	Value    Kind = "values"
	Key      Kind = "keys"
	Database Kind = "databases"
	Catalog  Kind = "catalogs"
	Keyword  Kind = "keywords"
	Function Kind = "functions"
)

// Candidate is a text that may stand at the cursor.
type Candidate struct {
	Text string // as it is to be inserted: quoted where it has to be
	Kind Kind
	Note string // a type, what a key does
}

// Names tells what exists.
type Names interface {
	Catalogs() []string
	Databases() []string
	// Tables are the tables and views of the current database.
	Tables() []string
	// Columns are those of a table by its name of one to three parts, with their types.
	Columns(table []string) []ColumnOf
	Functions() []string
	// Keys are those of SET, with what they do and the values they may have, if these are few.
	Keys() []Setting
	Connectors() []string
	Formats() []string
}

// ColumnOf is a column of a table.
type ColumnOf struct{ Name, Type string }

// Setting is a key of SET.
type Setting struct {
	Key, Doc string
	Values   []string
}

// At returns what may stand at the cursor, a byte offset in text, and where the word begins that it replaces.
func At(text string, cursor int, n Names) (found []Candidate, from int) {
	c := newContext(text, cursor, n)
	found = c.candidates()
	found = slices.DeleteFunc(found, func(k Candidate) bool { return !matches(k.Text, c.prefix) })
	seen := map[string]bool{}
	found = slices.DeleteFunc(found, func(k Candidate) bool {
		again := seen[k.Text]
		seen[k.Text] = true
		return again
	})
	slices.SortStableFunc(found, func(a, b Candidate) int { return order(a.Kind) - order(b.Kind) })
	return found, c.from
}

func order(k Kind) int {
	return slices.Index([]Kind{Column, Table, Option, Value, Key, Database, Catalog, Keyword, Function}, k)
}

func matches(text, prefix string) bool {
	text = strings.TrimLeft(text, "`'")
	prefix = strings.TrimLeft(prefix, "`'")
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// context is where the cursor is.
type context struct {
	names  Names
	tokens []parser.Token // of the statement that the cursor is in, without comments
	at     int            // the tokens before this one end before the word at the cursor
	from   int            // where that word begins
	prefix string         // the word up to the cursor
	string bool           // it is in a string
	quiet  bool           // it is in a comment
}

func newContext(text string, cursor int, n Names) *context {
	cursor = min(max(cursor, 0), len(text))
	c := &context{names: n, from: cursor}
	for _, t := range parser.Tokens(text) {
		if t.Kind == parser.CommentToken {
			c.quiet = c.quiet || t.Pos < cursor && (cursor < t.End || cursor == t.End && (t.Open || strings.HasPrefix(t.Text, "--")))
			continue
		}
		if t.IsPunct(";") {
			if t.Pos >= cursor {
				break
			}
			c.tokens = c.tokens[:0]
			continue
		}
		c.tokens = append(c.tokens, t)
	}
	c.at = len(c.tokens)
	for i, t := range c.tokens {
		switch {
		case t.Pos >= cursor:
			c.at = min(c.at, i)
		case t.End >= cursor && t.Kind == parser.StringToken && (t.Open || cursor < t.End):
			c.at, c.from, c.string = i, t.Pos, true
		case t.End >= cursor && (t.Kind == parser.WordToken || t.Kind == parser.QuotedToken && (t.Open || cursor < t.End)):
			c.at, c.from = i, t.Pos
		}
		if c.at <= i {
			break
		}
	}
	c.prefix = text[c.from:cursor]
	return c
}

// before is the token n places before the word at the cursor.
func (c *context) before(n int) parser.Token {
	if c.at-n < 0 {
		return parser.Token{}
	}
	return c.tokens[c.at-n]
}

func (c *context) candidates() []Candidate {
	switch {
	case c.quiet:
		return nil
	case c.at == 0:
		return words(statements)
	case c.tokens[0].Is("SET") || c.tokens[0].Is("RESET"):
		return c.setting()
	}
	if o, ok := c.option(); ok {
		return o
	}
	switch last := c.before(1); {
	case c.string:
		return nil
	case last.IsPunct("."):
		return c.member()
	case last.Kind == parser.WordToken:
		if found, ok := c.afterWord(strings.ToUpper(last.Text)); ok {
			return found
		}
	case last.IsPunct(",") && c.inFrom():
		return c.relations()
	}
	return c.expression()
}

// setting is behind SET or RESET.
func (c *context) setting() (found []Candidate) {
	switch {
	case c.at == 1:
		quote := "'"
		if c.prefix != "" && c.prefix[0] != '\'' {
			quote = "" // Flink takes keys without quotes too
		}
		for _, k := range c.names.Keys() {
			found = append(found, Candidate{quote + k.Key + quote, Key, k.Doc})
		}
	case c.at == 3 && c.before(1).IsPunct("="):
		for _, k := range c.names.Keys() {
			if k.Key != c.before(2).Text {
				continue
			}
			for _, v := range k.Values {
				found = append(found, Candidate{"'" + v + "'", Value, ""})
			}
		}
	}
	return found
}

// option is in the parentheses behind WITH or OPTIONS; ok is false elsewhere.
func (c *context) option() (found []Candidate, ok bool) {
	open := -1
	depth := 0
	for i := c.at - 1; i >= 0 && open < 0; i-- {
		switch t := c.tokens[i]; {
		case t.IsPunct(")"):
			depth++
		case t.IsPunct("("):
			if depth--; depth < 0 {
				open = i
			}
		}
	}
	if open < 1 || !c.tokens[open-1].Is("WITH") && !c.tokens[open-1].Is("OPTIONS") {
		return nil, false
	}
	if c.tokens[open-1].Is("WITH") && !c.tokens[0].Is("CREATE") && !c.tokens[0].Is("ALTER") {
		return nil, false // WITH t AS (
	}
	given := c.given(open)
	switch last := c.before(1); {
	case last.IsPunct("="):
		return c.optionValue(c.before(2).Text), true
	case last.IsPunct("(") || last.IsPunct(","):
		for _, o := range optionsOf(given) {
			if _, is := given[o]; !is {
				found = append(found, Candidate{"'" + o + "'", Option, ""})
			}
		}
		return found, true
	}
	return nil, true
}

// given are the options that are written behind the parenthesis, on both sides of the cursor.
func (c *context) given(open int) map[string]string {
	out := map[string]string{}
	for i := open + 1; i+2 < len(c.tokens); i++ {
		k, eq, v := c.tokens[i], c.tokens[i+1], c.tokens[i+2]
		if k.IsPunct(")") {
			break
		}
		if k.Kind == parser.StringToken && eq.IsPunct("=") && v.Kind == parser.StringToken {
			out[k.Text] = v.Text
		}
	}
	return out
}

func (c *context) optionValue(key string) (found []Candidate) {
	var values []string
	switch {
	case key == "connector":
		values = c.names.Connectors()
	case key == "format" || strings.HasSuffix(key, ".format"):
		values = c.names.Formats()
	case key == "type" && c.before(c.at).Is("CREATE"):
		values = []string{"generic_in_memory", "jdbc", "hive"}
	default:
		values = optionValues[key]
	}
	for _, v := range values {
		found = append(found, Candidate{"'" + v + "'", Value, ""})
	}
	return found
}

// afterWord is behind a word that says what follows; ok is false if it does not.
func (c *context) afterWord(word string) (found []Candidate, ok bool) {
	switch word {
	case "FROM", "JOIN", "INTO", "TABLE", "VIEW", "OVERWRITE", "DESCRIBE", "DESC", "UPDATE":
		if c.tokens[0].Is("CREATE") && (word == "TABLE" || word == "VIEW") {
			return nil, true // a new name
		}
		return append(c.relations(), words(follow[word])...), true
	case "CATALOG":
		return named(c.names.Catalogs(), Catalog), true
	case "DATABASE":
		return named(c.names.Databases(), Database), true
	case "USE":
		return append(named(c.names.Databases(), Database), words([]string{"CATALOG", "MODULES"})...), true
	}
	if next := follow[word]; next != nil {
		return words(next), true
	}
	return nil, false
}

// inFrom reports that a comma stands between tables.
func (c *context) inFrom() bool {
	depth := 0
	for i := c.at - 1; i >= 0; i-- {
		t := c.tokens[i]
		switch {
		case t.IsPunct(")"):
			depth++
		case t.IsPunct("("):
			if depth--; depth < 0 {
				return false
			}
		case depth == 0 && (t.Is("FROM") || t.Is("JOIN")):
			return true
		case depth == 0 && t.Kind == parser.WordToken && slices.Contains([]string{"SELECT", "WHERE", "BY", "ON", "HAVING", "SET", "VALUES"}, strings.ToUpper(t.Text)):
			return false
		}
	}
	return false
}

// relations are the tables, and how a name of more than one part begins.
func (c *context) relations() []Candidate {
	found := named(c.names.Tables(), Table)
	for _, cat := range c.names.Catalogs() {
		found = append(found, Candidate{quote(cat), Catalog, ""})
	}
	return found
}

// member is behind a dot: columns of a table in FROM, databases, tables.
func (c *context) member() (found []Candidate) {
	var path []string
	begin := c.at - 1
	for ; begin > 0 && c.tokens[begin].IsPunct("."); begin -= 2 {
		path = append([]string{c.tokens[begin-1].Text}, path...)
	}
	table := begin >= 0 && (c.tokens[begin].Is("FROM") || c.tokens[begin].Is("JOIN") || c.tokens[begin].Is("INTO") || c.tokens[begin].Is("TABLE"))
	for _, r := range c.tables() {
		if !table && len(path) == 1 && r.alias == path[0] || !table && slices.Equal(r.name, path) {
			return c.columns(r)
		}
	}
	if len(path) == 1 && slices.Contains(c.names.Catalogs(), path[0]) {
		return named(c.names.Databases(), Database)
	}
	return named(c.names.Tables(), Table)
}

func (c *context) columns(r relation) (found []Candidate) {
	for _, col := range c.names.Columns(r.name) {
		found = append(found, Candidate{quote(col.Name), Column, col.Type})
	}
	return found
}

// expression is where a value may stand.
func (c *context) expression() (found []Candidate) {
	relations := c.tables()
	for _, r := range relations {
		found = append(found, c.columns(r)...)
	}
	for _, r := range relations {
		name := r.alias
		if name == "" {
			name = r.name[len(r.name)-1]
		}
		found = append(found, Candidate{quote(name), Table, ""})
	}
	switch {
	case c.prefix != "":
		found = append(found, words(clauses)...)
	case len(found) > 0:
		return found // all the words there are would hide what matters
	case c.before(1).Kind == parser.PunctToken && !c.before(1).IsPunct(")") || c.before(1).Is("SELECT") || c.before(1).Is("WHERE") || c.before(1).Is("ON"):
		return words([]string{"CASE", "CAST", "DISTINCT", "EXISTS", "NOT"})
	default:
		return words(clauses[:16])
	}
	for _, f := range c.names.Functions() {
		found = append(found, Candidate{strings.ToUpper(f), Function, ""})
	}
	return found
}

// relation is a table in a FROM.
type relation struct {
	name  []string
	alias string
}

// tables are the tables of the statement, on both sides of the cursor.
func (c *context) tables() (out []relation) {
	for i := 0; i < len(c.tokens); i++ {
		t := c.tokens[i]
		if !t.Is("FROM") && !t.Is("JOIN") && !t.Is("UPDATE") && !t.Is("INTO") {
			continue
		}
		for i++; i < len(c.tokens); i++ {
			r, next := c.relation(i)
			if len(r.name) > 0 {
				out = append(out, r)
			}
			if i = next; i >= len(c.tokens) || !c.tokens[i].IsPunct(",") {
				i-- // it may begin the next one
				break
			}
		}
	}
	return out
}

// relation reads a name and its alias at token i.
func (c *context) relation(i int) (r relation, next int) {
	name := func(i int) bool {
		if i >= len(c.tokens) || i == c.at {
			return false
		}
		t := c.tokens[i]
		return t.Kind == parser.QuotedToken || t.Kind == parser.WordToken && !ast.Reserved(t.Text)
	}
	if i < len(c.tokens) && (c.tokens[i].Is("TABLE") || c.tokens[i].Is("LATERAL")) {
		i++
	}
	for ; name(i); i++ {
		r.name = append(r.name, c.tokens[i].Text)
		if i++; i >= len(c.tokens) || !c.tokens[i].IsPunct(".") {
			break
		}
	}
	if i < len(c.tokens) && c.tokens[i].Is("AS") {
		i++
	}
	if name(i) {
		r.alias = c.tokens[i].Text
		i++
	}
	return r, i
}

func named(names []string, k Kind) (found []Candidate) {
	for _, n := range names {
		found = append(found, Candidate{quote(n), k, ""})
	}
	return found
}

func words(list []string) (found []Candidate) {
	for _, w := range list {
		found = append(found, Candidate{w, Keyword, ""})
	}
	return found
}

// quote puts a name into back-ticks if it needs them.
func quote(name string) string {
	plain := name != "" && !ast.Reserved(name)
	for i, r := range name {
		if !ast.IdentStart(r) && (i == 0 || r < '0' || r > '9') {
			plain = false
		}
	}
	if plain {
		return name
	}
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}
