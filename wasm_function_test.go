package flott_test

import (
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// addModule is (module (func (export "add") (param i64 i64) (result i64) local.get 0 local.get 1 i64.add)
// (func (export "div") (param i32 i32) (result i32) local.get 0 local.get 1 i32.div_s)).
const addModule = "0061736d01000000010d0260027e7e017e60027f7f017f0303020001070d02036164640000036469" +
	"7600010a11020700200020017c0b0700200020016d0b"

// A WASM function is made by CREATE FUNCTION and called like any other.
func TestCreateFunctionWASM(t *testing.T) {
	code, err := hex.DecodeString(addModule)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "add.wasm")
	if err := os.WriteFile(file, code, 0o600); err != nil {
		t.Fatal(err)
	}
	script := `CREATE FUNCTION plus AS 'add' LANGUAGE WASM USING FILE '` + file + `';
CREATE TEMPORARY FUNCTION share AS 'div' LANGUAGE WASM USING FILE '` + file + `' WITH ('arguments' = 'INT, INT', 'result' = 'INT');
`
	p := program()
	_, rows, err := p.Query(context.Background(), script+"SELECT plus(a, 40), share(a, 2) FROM (VALUES 2, 4) AS t(a)")
	if got := strings.Join(fold(rows), "; "); err != nil || got != "42 1; 44 2" {
		t.Errorf("%s, %v", got, err)
	}
	for _, c := range []struct{ query, want string }{
		{"SELECT share(a, 0) FROM (VALUES 2) AS t(a)", "The WASM function share failed: integer divide by zero (in share(2, 0))"},
		{"CREATE FUNCTION f AS 'sub' LANGUAGE WASM USING FILE '" + file + "'", "has no function 'sub'; it has add, div"},
		{"CREATE FUNCTION f AS 'add' LANGUAGE WASM", "A WASM function needs USING FILE and one module"},
		{"CREATE FUNCTION f AS 'add' LANGUAGE WASM USING FILE '/nowhere.wasm'", "cannot be read"},
		{"CREATE FUNCTION f AS 'add' LANGUAGE WASM USING FILE '" + file + "' WITH ('memory' = '1')", "Unsupported option 'memory' of a WASM function"},
		{"CREATE FUNCTION f AS 'add' LANGUAGE WASM USING FILE '" + file + "' WITH ('arguments' = 'STRING', 'result' = 'STRING')", "but its SQL types need"},
	} {
		if _, _, err := p.Query(context.Background(), script+c.query); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.query, err, c.want)
		}
	}
}
