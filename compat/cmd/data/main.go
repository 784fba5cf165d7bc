// Command data writes the tables of the compat corpus. The same program writes the same bytes everywhere: change a
// table here, run it, record the answers again, and commit all three together.
//
//	go run ./compat/cmd/data [-to compat/data]
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	to := flag.String("to", "compat/data", "folder to write to")
	flag.Parse()
	if err := write(*to); err != nil {
		fmt.Fprintln(os.Stderr, "data:", err)
		os.Exit(1)
	}
}

func write(folder string) error {
	for _, t := range tables {
		file := filepath.Join(folder, filepath.FromSlash(t.file))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(t.rows()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// table is one file. Each has its own random sequence, so that changing one leaves the others as they are.
type table struct {
	file string
	rows func() string
}

var tables = []table{
	{"orders.csv", orders},
	{"customers.csv", customers},
	{"products.json", products},
	{"rates.csv", rates},
	{"clicks.json", clicks},
	{"sensors.csv", sensors},
	{"late.csv", late},
	{"persons.csv", persons},
	{"auctions.csv", auctions},
	{"bids.csv", bids},
	{"numbers.csv", numbers},
	{"words.csv", words},
	{"moments.csv", moments},
	{"nested.json", nested},
	{"rates.csv.gz", func() string { return zipped(rates()) }},
	{"parts/one.csv", func() string { return part(1, 40) }},
	{"parts/two.csv", func() string { return part(41, 75) }},
	{"parts/deeper/three.csv", func() string { return part(76, 90) }},
	{"parts/_hidden.csv", func() string { return part(900, 905) }},
	{"parts/.hidden.csv", func() string { return part(910, 915) }},
	{"pairs_left.csv", func() string { return pairs(101, "l") }},
	{"pairs_right.csv", func() string { return pairs(202, "r") }},
	{"ledger.csv", ledger},
	{"odd.csv", odd},
	{"iso.json", iso},
}
