package ast

// ObjectKind is a kind of catalog object.
type ObjectKind string

const (
	TableObject             ObjectKind = "TABLE"
	ViewObject              ObjectKind = "VIEW"
	FunctionObject          ObjectKind = "FUNCTION"
	CatalogObject           ObjectKind = "CATALOG"
	DatabaseObject          ObjectKind = "DATABASE"
	MaterializedTableObject ObjectKind = "MATERIALIZED TABLE"
	ModelObject             ObjectKind = "MODEL"
	ConnectionObject        ObjectKind = "CONNECTION"
)

// Option is one 'key' = 'value'.
type Option struct {
	Span
	Key       string
	Value     string
	ValueSpan Span // of the value literal, for messages about it
}

// ColumnDef is a column of CREATE TABLE. It is physical unless Computed or
// Metadata is set.
type ColumnDef struct {
	Span
	Parents    []Ident // ALTER TABLE ADD|MODIFY a.b: the row columns around, outermost first
	Name       Ident
	Type       *DataType   // nil for a computed column
	Computed   Expr        // name AS expr
	Metadata   *Metadata   // name type METADATA [FROM 'key'] [VIRTUAL]
	PrimaryKey *Constraint // PRIMARY KEY or UNIQUE written at the column; Columns is nil
	Comment    *Literal
	Place      *ColumnPlace // ALTER TABLE ADD|MODIFY only
}

// Metadata is METADATA [FROM 'key'] [VIRTUAL].
type Metadata struct {
	Span
	Key     *Literal // nil: the column's name
	Virtual bool
}

// ColumnPlace is FIRST or AFTER column.
type ColumnPlace struct {
	Span
	First bool
	After *Path // when not First
}

// Watermark is WATERMARK FOR Column AS X.
type Watermark struct {
	Span
	Column Path
	X      Expr
}

// Constraint is [CONSTRAINT Name] PRIMARY KEY|UNIQUE (Columns) [[NOT] ENFORCED].
type Constraint struct {
	Span
	Name     *Ident
	Unique   bool // UNIQUE, else PRIMARY KEY
	Columns  []Ident
	Enforced bool // of UNIQUE; the parser refuses a primary key without NOT ENFORCED
}

// Distribution is DISTRIBUTED [BY [kind] (columns)] [INTO n BUCKETS].
type Distribution struct {
	Span
	Kind    string  // "HASH", "RANGE", or "" when the connector chooses
	Columns []Ident // nil for INTO n BUCKETS alone
	Buckets int     // 0 when not written
}

// LikeClause is LIKE Source ( options ).
type LikeClause struct {
	Span
	Source  Name
	Options []LikeOption
}

// LikeOption is e.g. EXCLUDING CONSTRAINTS.
type LikeOption struct {
	Span
	Strategy string // INCLUDING, EXCLUDING, OVERWRITING
	Feature  string // ALL, CONSTRAINTS, DISTRIBUTION, PARTITIONS, METADATA, GENERATED, OPTIONS, WATERMARKS
}

// TableSchema is what stands in the parentheses of CREATE TABLE, CREATE
// MATERIALIZED TABLE and ALTER TABLE ADD|MODIFY.
type TableSchema struct {
	Span
	Columns     []ColumnDef
	Watermark   *Watermark
	Constraints []Constraint
}

// CreateTable is CREATE [OR REPLACE] TABLE, REPLACE TABLE, CTAS and RTAS.
type CreateTable struct {
	Span
	Replace       bool // REPLACE TABLE or CREATE OR REPLACE TABLE
	CreateOr      bool // with Replace: CREATE OR REPLACE
	Temporary     bool
	IfNotExists   bool
	Name          Name
	Schema        *TableSchema // nil when no parentheses are written
	ColumnOrder   []Ident      // CTAS with a plain list of names
	Comment       *Literal
	Distribution  *Distribution
	PartitionedBy []Ident
	Options       []Option
	Like          *LikeClause
	As            *Query
}

// CreateMaterializedTable is CREATE [OR ALTER] MATERIALIZED TABLE.
type CreateMaterializedTable struct {
	Span
	OrAlter       bool
	Name          Name
	Schema        *TableSchema
	ColumnOrder   []Ident
	Comment       *Literal
	Distribution  *Distribution
	PartitionedBy []Ident
	Options       []Option
	Freshness     *Interval
	RefreshMode   string // "", CONTINUOUS, FULL
	StartMode     *StartMode
	As            *Query
}

// StartMode is START_MODE = Kind[(Arg)].
type StartMode struct {
	Span
	Kind string // FROM_BEGINNING, FROM_NOW, FROM_TIMESTAMP, RESUME_OR_FROM_BEGINNING, …
	Arg  Expr
}

// CreateView is CREATE [OR REPLACE] [TEMPORARY] VIEW.
type CreateView struct {
	Span
	OrReplace   bool
	Temporary   bool
	IfNotExists bool
	Name        Name
	Columns     []Ident
	Comment     *Literal
	Query       *Query
}

// FunctionBody is AS 'class' [LANGUAGE l] [USING …] [WITH (…)].
type FunctionBody struct {
	Span
	Class    *Literal
	Language string // "", JAVA, SCALA, PYTHON
	Using    []Resource
	Options  []Option
}

// Resource is JAR '…', FILE '…', ARCHIVE '…' or ARTIFACT '…'.
type Resource struct {
	Span
	Kind string
	Path *Literal
}

// CreateFunction is CREATE [OR REPLACE] [TEMPORARY [SYSTEM]] FUNCTION.
type CreateFunction struct {
	Span
	OrReplace   bool
	Temporary   bool
	System      bool
	IfNotExists bool
	Name        Name
	Body        FunctionBody
}

// CreateCatalog is CREATE CATALOG.
type CreateCatalog struct {
	Span
	IfNotExists bool
	Name        Ident
	Comment     *Literal
	Options     []Option
}

// CreateDatabase is CREATE DATABASE.
type CreateDatabase struct {
	Span
	IfNotExists bool
	Name        Name
	Comment     *Literal
	Options     []Option
}

// CreateModel is CREATE MODEL.
type CreateModel struct {
	Span
	Temporary   bool
	IfNotExists bool
	Name        Name
	Input       []ColumnDef
	Output      []ColumnDef
	Comment     *Literal
	Options     []Option
	As          *Query
}

// CreateConnection is CREATE CONNECTION.
type CreateConnection struct {
	Span
	Temporary   bool
	System      bool
	IfNotExists bool
	Name        Name
	Comment     *Literal
	Options     []Option
}

// Drop is DROP [TEMPORARY [SYSTEM]] Kind [IF EXISTS] Name [RESTRICT|CASCADE].
type Drop struct {
	Span
	Kind      ObjectKind
	Temporary bool
	System    bool
	IfExists  bool
	Name      Name
	Behavior  string // "", RESTRICT, CASCADE
}

// Alter is ALTER [TEMPORARY [SYSTEM]] Kind [IF EXISTS] Name Action.
type Alter struct {
	Span
	Kind      ObjectKind
	Temporary bool
	System    bool
	IfExists  bool
	Name      Name
	Action    AlterAction
}

// RenameTo is RENAME TO Name.
type RenameTo struct {
	Span
	Name Name
}

// RenameColumn is RENAME From TO To.
type RenameColumn struct {
	Span
	From Path
	To   Ident
}

// SetOptions is SET ('k'='v', …).
type SetOptions struct {
	Span
	Options []Option
}

// ResetOptions is RESET ('k', …).
type ResetOptions struct {
	Span
	Keys []Literal
}

// AlterSchema is ADD (…) or MODIFY (…).
type AlterSchema struct {
	Span
	Modify bool
	Schema TableSchema
}

// AlterDistribution is {ADD|MODIFY} DISTRIBUTION ….
type AlterDistribution struct {
	Span
	Modify       bool
	Distribution Distribution
}

// DropColumns is DROP (a, b) or DROP a.
type DropColumns struct {
	Span
	Columns []Path
}

// DropPart is DROP PRIMARY KEY, CONSTRAINT Name, WATERMARK or DISTRIBUTION.
type DropPart struct {
	Span
	What string // the words after DROP
	Name *Ident // of CONSTRAINT
}

// AddPartitions is ADD [IF NOT EXISTS] PARTITION (…) [WITH (…)] ….
type AddPartitions struct {
	Span
	IfNotExists bool
	Partitions  []Partition
}

// DropPartitions is DROP [IF EXISTS] PARTITION (…), PARTITION (…).
type DropPartitions struct {
	Span
	IfExists   bool
	Partitions []Partition
}

// Partition is PARTITION (k = v, …) [WITH (…)].
type Partition struct {
	Span
	Keys    []PartitionKey
	Options []Option
}

// PartitionKey is Column [= Value].
type PartitionKey struct {
	Span
	Column Ident
	Value  Expr // nil for a dynamic partition
}

// SetQuery is AS query: of a view or a materialized table.
type SetQuery struct {
	Span
	Query *Query
}

// SetComment is COMMENT 'text'.
type SetComment struct {
	Span
	Comment *Literal
}

// SetFunction is the new body of ALTER FUNCTION.
type SetFunction struct {
	Span
	Body FunctionBody
}

// SetFreshness is SET FRESHNESS = INTERVAL ….
type SetFreshness struct {
	Span
	Freshness *Interval
}

// SetRefreshMode is SET REFRESH_MODE = mode.
type SetRefreshMode struct {
	Span
	Mode string
}

// Suspend is SUSPEND.
type Suspend struct {
	Span
}

// Resume is RESUME [WITH (…)].
type Resume struct {
	Span
	Options []Option
}

// Refresh is REFRESH [PARTITION (…)].
type Refresh struct {
	Span
	Partition *Partition
}

func (*CreateTable) statement()             {}
func (*CreateMaterializedTable) statement() {}
func (*CreateView) statement()              {}
func (*CreateFunction) statement()          {}
func (*CreateCatalog) statement()           {}
func (*CreateDatabase) statement()          {}
func (*CreateModel) statement()             {}
func (*CreateConnection) statement()        {}
func (*Drop) statement()                    {}
func (*Alter) statement()                   {}

func (*RenameTo) alterAction()          {}
func (*RenameColumn) alterAction()      {}
func (*SetOptions) alterAction()        {}
func (*ResetOptions) alterAction()      {}
func (*AlterSchema) alterAction()       {}
func (*AlterDistribution) alterAction() {}
func (*DropColumns) alterAction()       {}
func (*DropPart) alterAction()          {}
func (*AddPartitions) alterAction()     {}
func (*DropPartitions) alterAction()    {}
func (*SetQuery) alterAction()          {}
func (*SetComment) alterAction()        {}
func (*SetFunction) alterAction()       {}
func (*SetFreshness) alterAction()      {}
func (*SetRefreshMode) alterAction()    {}
func (*Suspend) alterAction()           {}
func (*Resume) alterAction()            {}
func (*Refresh) alterAction()           {}
