package ast

// QueryStatement is a query by itself: its result goes to the user.
type QueryStatement struct {
	Span
	Query *Query
}

// Insert is INSERT {INTO|OVERWRITE} Table [PARTITION (…)] [(Columns)] Query.
// EXECUTE INSERT … is the same statement.
type Insert struct {
	Span
	Overwrite  bool
	Table      Name
	Hints      []Hint // INSERT INTO t /*+ OPTIONS(…) */
	Partition  []PartitionKey
	Columns    []Path // nil: all columns in order
	Query      *Query
	OnConflict string // "", NOTHING, ERROR, DEDUPLICATE
}

// StatementSet is EXECUTE STATEMENT SET BEGIN …; END; one job from many inserts.
// In a script BEGIN STATEMENT SET; …; END; is the same.
type StatementSet struct {
	Span
	Inserts []*Insert
}

// BeginStatementSet is BEGIN STATEMENT SET given as a statement of its own (by a
// client which sends one statement at a time).
type BeginStatementSet struct {
	Span
}

// EndStatementSet is END given as a statement of its own.
type EndStatementSet struct {
	Span
}

// Assignment is Column = Value of UPDATE.
type Assignment struct {
	Span
	Column Ident
	Value  Expr
}

// Update is UPDATE Table SET … [WHERE …].
type Update struct {
	Span
	Table Name
	Alias *Alias
	Set   []Assignment
	Where Expr
}

// Delete is DELETE FROM Table [WHERE …].
type Delete struct {
	Span
	Table Name
	Alias *Alias
	Where Expr
}

// Truncate is TRUNCATE TABLE Table.
type Truncate struct {
	Span
	Table Name
}

// CompilePlan is COMPILE [AND EXECUTE] PLAN 'path' [IF NOT EXISTS] FOR Stmt.
type CompilePlan struct {
	Span
	Execute     bool
	Path        *Literal
	IfNotExists bool
	Stmt        Statement // an Insert or StatementSet
}

// ExecutePlan is EXECUTE PLAN 'path'.
type ExecutePlan struct {
	Span
	Path *Literal
}

// CallProcedure is CALL proc(…).
type CallProcedure struct {
	Span
	Call *Call
}

// Analyze is ANALYZE TABLE … COMPUTE STATISTICS.
type Analyze struct {
	Span
	Table      Name
	Partition  []PartitionKey
	Columns    []Ident
	AllColumns bool
}

// Explain is EXPLAIN [details] Stmt. EXPLAIN PLAN FOR has no details.
type Explain struct {
	Span
	Details []string // ESTIMATED_COST, CHANGELOG_MODE, JSON_EXECUTION_PLAN, PLAN_ADVICE
	Stmt    Statement
}

// NameFilter is [NOT] {LIKE|ILIKE} 'pattern' of SHOW.
type NameFilter struct {
	Span
	Not     bool
	Op      LikeOp
	Pattern *Literal
}

// Show is SHOW What ….
type Show struct {
	Span
	// What is one of CATALOGS, DATABASES, TABLES, VIEWS, MATERIALIZED TABLES,
	// COLUMNS, FUNCTIONS, USER FUNCTIONS, PROCEDURES, MODELS, CONNECTIONS,
	// PARTITIONS, MODULES, FULL MODULES, JARS, JOBS, CURRENT CATALOG, CURRENT
	// DATABASE, or CREATE and an ObjectKind.
	What      string
	Name      *Name // FROM|IN name; of CREATE, COLUMNS, PARTITIONS: the object
	Filter    *NameFilter
	Partition []PartitionKey
}

// Describe is {DESCRIBE|DESC} [Kind] [EXTENDED] Name, or DESCRIBE JOB 'id'.
type Describe struct {
	Span
	Kind     ObjectKind // TableObject also for a view; "JOB" for a job
	Extended bool
	Name     *Name    // nil for a job
	Job      *Literal // the job id
}

// JobObject is the Kind of DESCRIBE JOB.
const JobObject ObjectKind = "JOB"

// Use is USE CATALOG c, USE [c.]d, or USE MODULES a, b.
type Use struct {
	Span
	What  string // CATALOG, DATABASE, MODULES
	Names []Name // one, or the modules
}

// LoadModule is LOAD MODULE m [WITH (…)].
type LoadModule struct {
	Span
	Name    Ident
	Options []Option
}

// UnloadModule is UNLOAD MODULE m.
type UnloadModule struct {
	Span
	Name Ident
}

// Set is SET 'key' = 'value', SET key = value, or SET alone (Key nil: list all).
type Set struct {
	Span
	Key   *Literal
	Value *Literal
}

// Reset is RESET 'key', or RESET alone (Key nil: all keys).
type Reset struct {
	Span
	Key *Literal
}

// Jar is {ADD|REMOVE} JAR 'path'.
type Jar struct {
	Span
	Remove bool
	Path   *Literal
}

// StopJob is STOP JOB 'id' [WITH SAVEPOINT] [WITH DRAIN].
type StopJob struct {
	Span
	ID        *Literal
	Savepoint bool
	Drain     bool
}

// ClientCommand is a command of the SQL client: HELP, QUIT, CLEAR, SOURCE 'file'.
// EXIT is QUIT.
type ClientCommand struct {
	Span
	Verb string
	Arg  *Literal // of SOURCE
}

func (*QueryStatement) statement()    {}
func (*Insert) statement()            {}
func (*StatementSet) statement()      {}
func (*BeginStatementSet) statement() {}
func (*EndStatementSet) statement()   {}
func (*Update) statement()            {}
func (*Delete) statement()            {}
func (*Truncate) statement()          {}
func (*CompilePlan) statement()       {}
func (*ExecutePlan) statement()       {}
func (*CallProcedure) statement()     {}
func (*Analyze) statement()           {}
func (*Explain) statement()           {}
func (*Show) statement()              {}
func (*Describe) statement()          {}
func (*Use) statement()               {}
func (*LoadModule) statement()        {}
func (*UnloadModule) statement()      {}
func (*Set) statement()               {}
func (*Reset) statement()             {}
func (*Jar) statement()               {}
func (*StopJob) statement()           {}
func (*ClientCommand) statement()     {}
