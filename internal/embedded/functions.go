package embedded

import "github.com/flottstream/flott/internal/expr"

// Functions are the functions written in Go that statements can call by name. They
// are added before the first session is made.
func (e *Engine) Functions() *expr.UserFunctions { return e.user }
