package expr

import (
	"slices"
	"strings"
	"sync"

	"github.com/flottstream/flott/internal/types"
)

// function is a row of the function table. Either rewrite is set, which
// expresses the call by other functions, or typing and build are.
type function struct {
	name     string // canonical, upper case
	min, max int    // number of arguments; max < 0 is unlimited
	// typing checks and coerces sig.args and returns the result type.
	typing func(sig *signature) (types.Type, error)
	// rewrite replaces the call by another expression.
	rewrite func(args []Expr) (Expr, error)
	// build makes the kernel.
	build func(b *builder) (node, error)
	// volatility says when the result may differ for the same arguments.
	volatility volatility
}

// volatility orders functions by how long a result stays true.
type volatility uint8

const (
	immutable volatility = iota // always: may be folded
	perQuery                    // for one query in batch mode, for one row in streaming mode
	perRow                      // never the same twice: RAND, UUID
)

// signature is a call while it is being typed.
type signature struct {
	fn   *function
	args []Expr
}

func (s *signature) typ(i int) types.Type { return s.args[i].Type() }

// refuse is the error that argument i has a wrong type.
func (s *signature) refuse(i int, hint string) error {
	return cannotApply(s.fn.name, s.args, i, hint)
}

// coerce casts argument i to type t, keeping the argument's nullability.
func (s *signature) coerce(i int, t types.Type) error {
	x, err := ImplicitCast(s.args[i], t.WithNull(s.typ(i).Nullable))
	if err != nil {
		return s.refuse(i, castHint(t))
	}
	s.args[i] = x
	return nil
}

func castHint(t types.Type) string {
	return "Use CAST(… AS " + typeName(t) + ")"
}

// nullable reports whether any argument may be NULL.
func (s *signature) nullable() bool {
	return slices.ContainsFunc(s.args, func(a Expr) bool { return a.Type().Nullable })
}

// functionTable is filled once from the groups below. (It has no initializer
// because typing rules resolve further functions.)
var (
	functionTable map[string]*function
	functionNames []string
	functionOnce  sync.Once
)

func buildTable() {
	functionTable = make(map[string]*function)
	groups := [][]function{
		logicFunctions(), comparisonFunctions(), arithmeticFunctions(), conditionalFunctions(), castFunctions(),
		temporalFunctions(), roundingFunctions(), hashFunctions(),
		textFunctions(), likeFunctions(), codeFunctions(), mathFunctions(), collectionFunctions(), regexFunctions(), jsonFunctions(),
		variantFunctions(), bitmapFunctions(), structuredFunctions(),
	}
	for _, group := range groups {
		for i := range group {
			f := &group[i]
			if functionTable[f.name] != nil {
				panic("expr: function " + f.name + " is defined twice")
			}
			functionTable[f.name] = f
			functionNames = append(functionNames, f.name)
		}
	}
	slices.Sort(functionNames)
}

func lookup(name string) *function {
	functionOnce.Do(buildTable)
	return functionTable[name]
}

// Names lists the functions of the table that are called by name, sorted.
func Names() []string {
	functionOnce.Do(buildTable)
	var names []string
	for _, n := range functionNames {
		if c := n[0]; c >= 'A' && c <= 'Z' && !strings.Contains(n, " ") {
			names = append(names, n)
		}
	}
	return names
}

// Resolve looks the function up by its name (any case), checks and coerces the
// arguments and derives the result type. Its errors are *TypeError.
func Resolve(name string, args []Expr) (Expr, error) {
	name = canonicalName(name)
	f := lookup(name)
	if f == nil {
		if msg, hint := refusedFunction(name); msg != "" {
			return nil, typeErrorf(-1, hint, "%s", msg)
		}
		return nil, unknownFunction(name, Names())
	}
	if len(args) < f.min || f.max >= 0 && len(args) > f.max {
		return nil, wrongCount(f, len(args))
	}
	if f.rewrite != nil {
		return f.rewrite(args)
	}
	sig := &signature{fn: f, args: slices.Clone(args)}
	t, err := f.typing(sig)
	if err != nil {
		return nil, err
	}
	return &Call{Fn: f.name, Args: sig.args, T: t.WithoutTime()}, nil
}

// mustResolve is Resolve for calls built from arguments already checked.
func mustResolve(name string, args ...Expr) Expr {
	e, err := Resolve(name, args)
	if err != nil {
		panic("expr: " + err.Error())
	}
	return e
}

func canonicalName(name string) string {
	name = strings.ToUpper(name)
	if c, ok := functionAliases[name]; ok {
		return c
	}
	return name
}

// functionAliases are second names of functions.
var functionAliases = map[string]string{
	"!=": "<>", "IS UNKNOWN": "IS NULL", "IS NOT UNKNOWN": "IS NOT NULL",
	"CHARACTER_LENGTH": "CHAR_LENGTH", "CEILING": "CEIL", "SUBSTR": "SUBSTRING", "POW": "POWER",
	"DAYOFMONTH": "DAY", "TRANSLATE3": "TRANSLATE", "RLIKE": "REGEXP", "TRUNC": "TRUNCATE", "STRUCT": "ROW",
}

// refusedFunction names the functions of Flink that flott knows and does not
// have.
func refusedFunction(name string) (msg, hint string) {
	switch {
	case strings.HasPrefix(name, "ML_"), name == "VECTOR_SEARCH":
		return "Function " + name + " is not supported yet", ""
	}
	return "", ""
}

func wrongCount(f *function, got int) error {
	want := "at least " + itoa(f.min)
	switch {
	case f.max == f.min:
		want = itoa(f.min)
	case f.max >= 0:
		want = itoa(f.min) + " to " + itoa(f.max)
	}
	return typeErrorf(-1, f.name+" takes "+want+" argument(s)",
		"Invalid number of arguments to function '%s'. Was expecting %s arguments, got %d", f.name, want, got)
}

// volatilityOf is the volatility of the whole expression.
func volatilityOf(e Expr) volatility {
	v := immutable
	Walk(e, func(n Expr) bool {
		c, ok := n.(*Call)
		if !ok {
			return true
		}
		if c.User != nil {
			if !c.User.Deterministic {
				v = perRow
			}
		} else if f := lookup(c.Fn); f != nil {
			v = max(v, f.volatility)
		}
		return true
	})
	return v
}

// IsDeterministic reports whether e gives the same result for the same row,
// always.
func IsDeterministic(e Expr) bool { return volatilityOf(e) == immutable }

// IsConstant reports whether e reads no column and is deterministic.
func IsConstant(e Expr) bool {
	constant := true
	Walk(e, func(n Expr) bool {
		if _, ok := n.(*Column); ok {
			constant = false
		}
		return constant
	})
	return constant && IsDeterministic(e)
}
